"""Which integrations there are, and to whom each addresses a message that is tried again."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from agent.domain.errors import PermanentError
from agent.domain.messages import Action, Message, Stage
from agent.domain.payloads import OpenTicket, Payload, TimeEntryPayload
from agent.integrations.protocol import payload_of
from agent.integrations.registry import FACTORIES, integrations, outbox_integrations
from inventory.model import Client, Inventory
from inventory.secrets import Reference
from inventory.services import ClientHarvest, ClientZendesk, Harvest, Services, Teamwork, Zendesk
from tests.agent.integrations.smtp.reports import config as mail
from tests.agent.outbox.office import booking, opening, telling

SECRET = Reference("env", "X")
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALL = Services(
    zendesk=Zendesk("https://z.example", requester=1, group=2, account_manager=3),
    harvest=Harvest(1, SECRET, "l2@agency.example", task=82),
    teamwork=Teamwork("https://t.example", SECRET),
    mail=mail(),
)


def message(action: Action, payload: Payload, integration: str = "zendesk") -> Message:
    return Message(1, integration, action, "ticket:1", payload, Stage.PARKED, AT, AT)


def inventory(**client: Any) -> Inventory:
    return Inventory(
        clients={"harbour": Client("harbour", "Harbour Books", **client)}, services=ALL, hosts={}, sites={}
    )


def readdressed(one: Message, known: Inventory) -> Payload:
    return outbox_integrations(ALL)[one.integration].readdress(one, known).payload


def test_each_is_made_from_its_section_and_known_by_its_name() -> None:
    assert [one.name for one in integrations(ALL)] == [*FACTORIES]
    assert integrations(Services()) == ()
    assert [*outbox_integrations(ALL)] == ["zendesk", "harvest", "mail"]
    for one in integrations(ALL):
        assert one.limits()
        assert one.address


@pytest.mark.parametrize(
    ("client", "had", "gets"),
    [
        ({}, 456, (456, 1, 2, None)),
        ({"zendesk": ClientZendesk(organization=7, requester=8, group=9)}, 456, (7, 8, 9, None)),
        ({"zendesk": ClientZendesk(organization=7)}, None, (7, 1, 2, None)),
    ],
)
def test_a_ticket_goes_to_whom_the_inventory_names_today(
    client: dict[str, Any], had: int | None, gets: tuple[int | None, ...]
) -> None:
    one = message(Action.OPEN, opening(client="harbour", organization=had, requester=5, assignee=6))
    says = readdressed(one, inventory(**client))
    assert isinstance(says, OpenTicket)
    assert (says.organization, says.requester, says.group, says.assignee) == gets


def test_a_managed_ticket_stays_with_the_account_manager() -> None:
    says = readdressed(message(Action.OPEN, opening(client="harbour", managed=True)), inventory())
    assert isinstance(says, OpenTicket)
    assert says.assignee == 3


@pytest.mark.parametrize(
    ("client", "gets"),
    [({}, (14, 81)), ({"harvest": ClientHarvest(15)}, (15, 82)), ({"harvest": ClientHarvest(15, 83)}, (15, 83))],
)
def test_time_goes_on_the_project_that_the_inventory_names_today(client: dict[str, Any], gets: tuple[int, int]) -> None:
    one = message(Action.BOOK, booking(project=14, task=81, hours="0.25"), "harvest")
    says = readdressed(one, inventory(**client))
    assert isinstance(says, TimeEntryPayload)
    assert (says.project, says.task, says.hours) == (*gets, Decimal("0.25"))


def test_a_comment_stays_as_it_is() -> None:
    assert readdressed(message(Action.UPDATE, telling()), inventory()) == telling()


def test_what_an_integration_cannot_carry_out_is_rejected() -> None:
    with pytest.raises(PermanentError, match="zendesk cannot"):
        payload_of(message(Action.BOOK, booking()), OpenTicket)
