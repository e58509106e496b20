"""The payloads of messages: one frozen value for each kind of message, written by a round and stored as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from pydantic import Base64Bytes

from agent.domain.tickets import LastNotified, TicketAction
from inventory.services import ClientZendesk, Zendesk


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """The time booked for a client and a slot. A round that is repeated for the same slot corrects it."""

    client: str
    slot: str  # the key of the routine round's slot, "2026-11-26"
    spent_on: date
    hours: Decimal  # two decimals
    withheld: str = ""  # why it is not booked; "" means that it is
    id: int | None = None  # its row; None: not stored yet
    number: int | None = None  # in Harvest
    reference: str = ""  # the external reference by which Harvest finds it


@dataclass(frozen=True, slots=True)
class TicketAddress:
    """To whom a ticket belongs and who works on it, by the tracker's ids. None means that the tracker decides."""

    organization: int | None = None
    requester: int | None = None
    group: int | None = None
    assignee: int | None = None
    brand: int | None = None
    form: int | None = None


def address(
    zendesk: Zendesk, client: ClientZendesk, *, managed: bool, organization: int | None = None
) -> TicketAddress:
    """Return the address of a client's ticket; a `managed` one goes to the account manager.

    `organization` is the default where the inventory names none. Without a requester the ticket has no organization,
    because Zendesk requires that the requester belongs to it.
    """
    requester = client.requester or zendesk.requester
    return TicketAddress(
        organization=(client.organization or organization) if requester else None,
        requester=requester,
        group=client.group or zendesk.group,
        assignee=(client.account_manager or zendesk.account_manager) if managed else None,
        brand=zendesk.brand,
        form=zendesk.form,
    )


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket to open. The fields of its address are flat among the others, as they are stored."""

    external_id: str  # the key by which the tracker finds it again
    subject: str
    html: str
    public: bool  # whether the first comment is shown to the requester
    type: str  # incident, problem, task
    priority: str  # low, normal, high, urgent
    tells: Mapping[int, LastNotified]  # how each problem stands by then, by our number of its incident
    client: str | None = None  # None: shared by several clients, or by none
    managed: bool = False  # whether it goes to the account manager
    attachment: str | None = None  # evidence too long for the comment
    tags: tuple[str, ...] = ()
    fields: Mapping[int, str] = field(default_factory=dict)  # custom fields, by their number
    organization: int | None = None
    requester: int | None = None
    group: int | None = None
    assignee: int | None = None
    brand: int | None = None
    form: int | None = None

    def addressed(self, to: TicketAddress) -> "OpenTicket":
        """The same ticket with another address."""
        return replace(
            self, organization=to.organization, requester=to.requester, group=to.group, assignee=to.assignee,
            brand=to.brand, form=to.form,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class UpdateTicket:
    """One comment on a ticket, and the changes of fields that come with it."""

    html: str
    public: bool
    aim: TicketAction
    urgent: bool  # a problem worsened or reopened: the comment does not wait for the next day
    tells: Mapping[int, LastNotified]  # how each problem stands by then, by our number of its incident
    attachment: str | None = None
    priority: str | None = None  # raised to this one; None: left as it is
    tags: tuple[str, ...] = ()  # to be added
    left: tuple[int, ...] = ()  # incidents that no longer belong to the ticket
    follow_up: OpenTicket | None = None  # the ticket to open instead if this one is closed


@dataclass(frozen=True, slots=True)
class TimeEntryPayload:
    """A time entry to book for a client, or the new values of one that was booked."""

    client: str
    project: int
    task: int
    spent_on: date
    minute: int  # of the day at which the round began, in the agency's time zone
    hours: Decimal  # two decimals
    notes: str
    reference: str  # by which the service finds the entry again


@dataclass(frozen=True, slots=True)
class MailRecipient:
    """The recipient of a mail."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class MailImage:
    """An inline image of an HTML mail."""

    cid: str  # its Content-ID
    png: Base64Bytes


@dataclass(frozen=True, slots=True)
class MailPayload:
    """A report for one recipient."""

    subject: str
    html: str
    text: str
    language: str
    to: MailRecipient
    client: str | None  # its name in the inventory; None: the agency's overview
    period: str  # its key
    message_id: str
    date: datetime  # when the report was made, with the zone to be shown
    inline: tuple[MailImage, ...] = ()
    pdf: Base64Bytes | None = None
    pdf_name: str = ""


@dataclass(frozen=True, slots=True)
class PrunedMail:
    """What remains of the payload of a mail that was sent long ago."""

    to: MailRecipient
    client: str | None = None


Payload = OpenTicket | UpdateTicket | TimeEntryPayload | MailPayload | PrunedMail
