"""What a message to Zendesk holds: everything that its bytes are made from, settled in the round that wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.domain.incidents import Key
from agent.domain.tickets import PRIORITIES, Case, Kind, Priority, priority
from agent.reported import place_of
from agent.tickets.decide import Opening, Telling
from agent.tickets.problems import Estate
from checks import State
from inventory.services import ClientZendesk, Zendesk
from reports.tickets import TicketText

_TYPES = {Kind.INCIDENT: "incident", Kind.CAUSE: "problem"}
_NO_NEWS = frozenset({Kind.DEBT, Kind.RECOMMENDATIONS})
_NOBODY = ClientZendesk()


@dataclass(frozen=True, slots=True)
class Desk:
    """The account that tickets are kept in, and what they are about."""

    zendesk: Zendesk
    estate: Estate

    def opening(self, one: Opening, text: TicketText) -> dict[str, Any]:
        """The payload that opens a ticket."""
        ours = all(_is_ours(case.incident.key) for case in one.members)
        managed = one.kind is Kind.RECOMMENDATIONS or ours
        return {
            "external_id": one.external_id,
            "client": one.client,
            "managed": managed,
            "subject": text.subject,
            "html": text.html,
            "attachment": text.attachment,
            "public": self.zendesk.public,
            "type": _TYPES.get(one.kind, "task"),
            "priority": "normal" if one.kind in _NO_NEWS else self.priority(one.members),
            "tags": self._tags(one, self._client(one.client)),
            "fields": self._fields(one.members),
            **self.address(one.client, managed=managed),
            "tells": tells(one.members),
        }

    def address(self, client: str | None, *, managed: bool) -> dict[str, int | None]:
        """Whose a ticket is and who gets it, by the ids of Zendesk; a managed one is the account manager's."""
        theirs = self._client(client)
        requester = theirs.requester or self.zendesk.requester
        return {
            "organization": self._organization(client) if requester else None,  # which has to be one of theirs
            "requester": requester,
            "group": theirs.group or self.zendesk.group,
            "assignee": (theirs.account_manager or self.zendesk.account_manager) if managed else None,
            "brand": self.zendesk.brand,
            "form": self.zendesk.form,
        }

    def telling(
        self, one: Telling, text: TicketText, changed: Sequence[Case], follow_up: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """The payload that tells a ticket something; `follow_up` opens a new one, should this one be closed."""
        return {
            "html": text.html,
            "attachment": text.attachment,
            "public": self.zendesk.public,
            "aim": one.aim.value,
            "urgent": one.urgent,
            "priority": self.priority(changed) if one.urgent else None,
            "tags": sorted({tag for case in one.joined for tag in _places(case.incident.key)}),
            "tells": tells((*changed, *one.joined)),
            "left": [case.number for case in one.left],
            "follow_up": follow_up,
        }

    def priority(self, members: Sequence[Case]) -> Priority:
        """The most urgent of what each problem deserves."""
        return max((self._deserved(case) for case in members), key=PRIORITIES.index)

    def _deserved(self, case: Case) -> Priority:
        known = (self.estate.standings.get(client) for client in case.clients)
        return priority(case.incident.state, (standing.kind for standing in known if standing))

    def _client(self, name: str | None) -> ClientZendesk:
        client = self.estate.inventory.clients.get(name or "")
        return (client.zendesk if client else None) or _NOBODY

    def _organization(self, name: str | None) -> int | None:
        standing = self.estate.standings.get(name or "")
        return self._client(name).organization or (standing.zendesk_organization if standing else None)

    def _tags(self, one: Opening, theirs: ClientZendesk) -> list[str]:
        places = (tag for case in one.members[:20] for tag in _places(case.incident.key))
        return list(dict.fromkeys((*self.zendesk.tags, *theirs.tags, *places)))

    def _fields(self, members: Sequence[Case]) -> dict[str, str]:
        """The custom fields; what differs between problems is left empty."""
        values = [self._values(case) for case in members]
        common = {name: one if all(v[name] == one for v in values) else "" for name, one in values[0].items()}
        return {str(number): template.format(**common) for number, template in self.zendesk.fields.items()}

    def _values(self, case: Case) -> dict[str, str]:
        key = case.incident.key
        place = place_of(key.subject, self.estate.inventory)
        standing = self.estate.standings.get(case.client or "")
        return {
            "client": case.client or "",
            "site": (place.site if place else "") or "",
            "host": (place.host if place else "") or "",
            "check": key.check,
            "item": key.item,
            "state": str(case.incident.state),
            "environment": self.estate.inventory.services.environment,
            "contract": (standing.kind if standing else "") or "",
        }


def tells(members: Sequence[Case]) -> dict[str, list[str]]:
    """How each problem stands by what the ticket will then have been told."""
    return {str(case.number): [str(case.incident.phase), str(case.incident.state)] for case in members}


def _is_ours(key: Key) -> bool:
    return key.subject.startswith(("client:", "agency:"))


def _places(key: Key) -> tuple[str, ...]:
    """Tags by which tickets are found: "site-shop", "check-disk"."""
    scope, _, name = key.subject.partition(":")
    return f"{scope}-{name}".lower(), f"check-{key.check}".lower()


def contract_lines(one: Opening | Telling, members: Sequence[Case], desk: Desk) -> tuple[str, ...]:
    """What the contract says to the problem, and where its hours stand; nothing where several clients share it."""
    client = one.client if isinstance(one, Opening) else one.ticket.client
    standing = desk.estate.standings.get(client or "")
    if standing is None or standing.kind is None:
        return (f"Contract of {standing.title}: {standing.hours_line()}",) if standing and standing.agreed else ()
    urgency = desk.priority(members)
    level = {"standard": "standard (L2)", "extended": "extended (L3)"}[standing.kind]
    targets = [
        f"{what} within {hours[urgency]:g} h"
        for what, hours in (("first response", standing.first_response), ("resolution", standing.resolution))
        if urgency in hours and any(case.incident.state is not State.OK for case in members)
    ]
    said = f"Contract of {standing.title}: {level}" + (
        f"; {', '.join(targets)} ({standing.calendar})" if targets else ""
    )
    return said, f"Hours: {standing.hours_line()}"
