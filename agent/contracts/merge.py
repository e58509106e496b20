"""One contract from two sources: Teamwork takes precedence, and the inventory fills in what it leaves out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from agent.contracts.teamwork_cache import CachedAgreement
from agent.integrations.teamwork import Agreement
from checks.contract import hours
from checks.text import clean
from inventory.contracts import Contract
from inventory.model import Client, Inventory
from inventory.services import Services
from reports.contract import ContractStatus, Month
from reports.format import day_of

_NOTHING = Contract("standard")


@dataclass(frozen=True, slots=True)
class _Case:
    """All that is known of one client's contract. `copy` None means that Teamwork is not configured."""

    client: Client
    copy: CachedAgreement | None
    services: Services
    today: date

    @property
    def said(self) -> Agreement | None:
        """Return Teamwork's data, even if it only links the client to other services. None: there is none."""
        return self.copy.agreement if self.copy else None

    @property
    def agreement(self) -> Agreement | None:
        """Return Teamwork's contract. None: there is none."""
        return self.said if self.said and self.said.says_something else None

    @property
    def contract(self) -> Contract:
        """Return the inventory's contract, an empty one where it has none."""
        return self.client.contract or _NOTHING

    @property
    def project(self) -> int | None:
        """Return the client's project in Harvest. None: unknown."""
        if self.client.harvest:
            return self.client.harvest.project
        return self.said.harvest_project if self.said else None

    @property
    def span(self) -> Contract:
        """Return the first and last day of the contract."""
        start, end = (self.agreement.start, self.agreement.end) if self.agreement else (None, None)
        return Contract("standard", start=start or self.contract.start, end=end or self.contract.end)

    @property
    def runs(self) -> bool:
        """Whether it is in force today."""
        return self.span.runs_on(self.today)

    @property
    def month(self) -> Month | None:
        """Return today's contract month; a calendar month where hours are counted without a contract."""
        if not (self.agreement or self.client.contract or self.project):
            return None
        month = self.span.month_of(self.today)
        return month.first, month.last


@dataclass(frozen=True, slots=True)
class _Terms:
    """The hours of a contract. `trouble` says why they are unknown; "" means they are known, or there are none."""

    agreed: Decimal | None
    cap: Decimal | None
    trouble: str = ""
    remedy: str = ""


def merge(client: Client, copy: CachedAgreement | None, inventory: Inventory, at: datetime) -> ContractStatus:
    """Return a client's contract status without the hours used. `copy` None means that Teamwork is not configured."""
    services = inventory.services
    case = _Case(client, copy, services, at.astimezone(ZoneInfo(services.zone)).date())
    agreement, contract, terms = case.agreement, case.contract, _terms(case)
    standing = ContractStatus(
        client=client.name,
        title=client.title,
        kind=(agreement.kind if agreement else None) or (client.contract.kind if client.contract else None),
        source="teamwork" if agreement else "inventory" if client.contract else "none",
        fetched_at=copy.fetched_at if copy and agreement else None,
        month=case.month,
        agreed=terms.agreed,
        cap=terms.cap,
        first_response={**contract.first_response, **(agreement.first_response if agreement else {})},
        resolution={**contract.resolution, **(agreement.resolution if agreement else {})},
        calendar=(agreement.calendar if agreement else None) or contract.calendar,
        time=contract.time,
        harvest_project=case.project,
        zendesk_organization=case.said.zendesk_organization if case.said else None,
        trouble=terms.trouble,
        remedy=terms.remedy,
    )
    standing = _scoped(standing, case)
    return replace(standing, remarks=tuple(_remarks(standing, case)))


def _terms(case: _Case) -> _Terms:
    agreement, copy, cap = case.agreement, case.copy, case.contract.time.cap
    if not case.runs:
        return _Terms(None, cap)
    if agreement and agreement.disputed:
        one, other = agreement.disputed
        trouble = f"Teamwork contradicts itself: it says {hours(one)} and {hours(other)} a month"
        # Until the contradiction is resolved, no more than the smaller number is booked.
        return _Terms(None, min(one, other) if cap is None else cap, trouble, "make both say the same in Teamwork")
    agreed = agreement.hours if agreement else None
    if agreed is None:
        agreed = case.contract.hours_a_month
    unread = agreed is None and copy is not None
    trouble, remedy = (copy.trouble, copy.remedy) if copy and unread else ("", "")
    return _Terms(agreed, agreed if cap is None else cap, trouble, remedy)


def _scoped(standing: ContractStatus, case: _Case) -> ContractStatus:
    agreement = case.agreement
    if agreement and agreement.tasks is not None:
        return replace(
            standing,
            tasks=agreement.tasks,
            in_scope=agreement.in_scope,
            out_of_scope=agreement.out_of_scope,
            scope_is_whole=agreement.nothing_in_scope,
        )
    return replace(standing, in_scope=case.contract.scope, out_of_scope=case.contract.out_of_scope)


def _remarks(standing: ContractStatus, case: _Case) -> Iterator[str]:
    """Yield remarks for the account manager about missing or contradictory terms."""
    client, copy, span = case.client, case.copy, case.span
    if copy and (copy.agreement or copy.trouble or client.teamwork or not client.contract):
        yield from copy.agreement.remarks if copy.agreement else ()
        yield from copy.remarks
    if span.start and case.today < span.start:
        yield f"The contract begins on {day_of(span.start)}."
    elif span.end and span.end < case.today:
        yield f"The contract ended on {day_of(span.end)}."
    if case.agreement:
        yield from _gaps(standing, case)


def _gaps(standing: ContractStatus, case: _Case) -> Iterator[str]:
    """Yield what neither Teamwork nor the inventory has."""
    fields = case.services.teamwork.fields if case.services.teamwork else {}
    if standing.kind is None:
        yield f"Which kind of contract it is, is not known: fill {_called(fields.get('kind'))} in Teamwork."
    if standing.agreed is None and not standing.trouble and case.runs:
        yield f"No hours were agreed, as far as is known: fill {_called(fields.get('hours_a_month'))} in Teamwork."
    if standing.in_scope is None and not standing.out_of_scope:
        yield "What is in scope is not known, so everything counts as in scope."


def _called(name: str | None) -> str:
    return f'the field "{clean(name, 80)}"' if name else "its field"
