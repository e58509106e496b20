"""What a message says: one frozen value for each kind of message, settled by the round that wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from pydantic import Base64Bytes

from agent.domain.tickets import LastNotified, TicketAction
from inventory.services import ClientZendesk, Zendesk


@dataclass(frozen=True, slots=True)
class TicketAddress:
    """Whose a ticket is and who works on it, by the tracker's own ids; None: the tracker decides."""

    organization: int | None = None
    requester: int | None = None
    group: int | None = None
    assignee: int | None = None
    brand: int | None = None
    form: int | None = None


def address(
    zendesk: Zendesk, client: ClientZendesk, *, managed: bool, organization: int | None = None
) -> TicketAddress:
    """The address of a client's ticket; a `managed` one is the account manager's.

    `organization` holds where the inventory names none. Without a requester there is none: they have to belong to it.
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
    """A new ticket. The fields of its address stand beside the others, as they are stored."""

    external_id: str  # by which the tracker finds it again
    subject: str
    html: str
    public: bool  # whether the first comment is shown to the requester
    type: str  # incident, problem, task
    priority: str  # low, normal, high, urgent
    tells: Mapping[int, LastNotified]  # how each problem stands by then, by our number of its incident
    client: str | None = None  # None where several share it, or nobody
    managed: bool = False  # whether it is the account manager's
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
    """One comment on a ticket, and what follows from it."""

    html: str
    public: bool
    aim: TicketAction
    urgent: bool  # a problem has got worse or come back: it need not wait for tomorrow
    tells: Mapping[int, LastNotified]  # how each problem stands by then, by our number of its incident
    attachment: str | None = None
    priority: str | None = None  # raised to this one; None: left as it is
    tags: tuple[str, ...] = ()  # to be added
    left: tuple[int, ...] = ()  # incidents that the ticket no longer speaks for
    follow_up: OpenTicket | None = None  # what a new ticket says, should this one be closed


@dataclass(frozen=True, slots=True)
class TimeEntryPayload:
    """Time to be booked for a client, or what an entry that was booked is to say instead."""

    client: str
    project: int
    task: int
    spent_on: date
    minute: int  # of the day at which the round began, where the agency is
    hours: Decimal  # two decimals
    notes: str
    reference: str  # by which the service finds the entry again


@dataclass(frozen=True, slots=True)
class MailRecipient:
    """Whom a mail goes to."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class MailImage:
    """A picture that the HTML of a mail shows."""

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
    """What is kept of a mail that went out long ago."""

    to: MailRecipient
    client: str | None = None


Payload = OpenTicket | UpdateTicket | TimeEntryPayload | MailPayload | PrunedMail
