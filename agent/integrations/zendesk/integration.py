"""Zendesk as the rest of the agent sees it."""

from dataclasses import replace

from agent.clock import now
from agent.domain.messages import DeliveryStore, Message
from agent.domain.payloads import OpenTicket, UpdateTicket, address
from agent.domain.tickets import TicketAction
from agent.integrations.protocol import ClientContext, ConnectionResult, Request, payload_of
from agent.integrations.rate_limit import Limit
from agent.integrations.zendesk import delivery
from agent.integrations.zendesk.auth import account, zendesk_credentials
from agent.integrations.zendesk.client import UPDATES, TicketNow, ZendeskClient
from agent.integrations.zendesk.delivery import ZendeskDelivery
from inventory.model import Inventory
from inventory.services import ClientZendesk, Zendesk

_STATUS = {TicketAction.SOLVE: "solved", TicketAction.REOPEN: "open"}


class ZendeskIntegration:
    """Tickets in Zendesk Support."""

    name = "zendesk"
    label = "Zendesk"

    def __init__(self, config: Zendesk) -> None:
        """Connect to nothing yet."""
        self._config = config
        self.address = config.url

    def limits(self) -> tuple[Limit, ...]:
        """Of the account, and of updates of tickets."""
        return account(self._config), UPDATES

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:
        """Whether we are an agent, and whether there are the organizations of the clients."""
        with self._api(context) as api:
            me = api.me()
            problems = [] if me.get("role") in ("agent", "admin") else ["it needs the role of an agent to open tickets"]
            for name, client in inventory.clients.items():
                number = client.zendesk.organization if client.zendesk else None
                if number and not api.knows_organization(number):
                    problems.append(f"clients.{name}: there is no organization {number}")
        return ConnectionResult(f"lets us in as {me.get('name') or me.get('email') or 'somebody'}", tuple(problems))

    def connect(self, context: ClientContext) -> ZendeskDelivery:
        """A session; raises SecretError, ServiceError."""
        return ZendeskDelivery(self._api(context))

    def preview(self, message: Message, store: DeliveryStore) -> Request:
        """What would be sent of a ticket that nobody has touched."""
        ticket = store.ticket(message.row)
        if isinstance(message.payload, OpenTicket):
            before = store.ticket(ticket.predecessor).number if ticket.predecessor else None
            return Request("POST", "/api/v2/tickets", delivery.opening(message.payload, (), before))
        payload, at = payload_of(message, UpdateTicket), now()
        unseen = TicketNow(id=ticket.number or 0, status="open", created_at=at, updated_at=at, priority="urgent")
        status = _STATUS.get(payload.aim)
        change = delivery.FieldChange({"status": status} if status else {})
        body = delivery.telling(payload, delivery.ref_of(message), (), unseen, change)
        return Request("PUT", f"/api/v2/tickets/{ticket.number or '(number)'}", body)

    def readdress(self, message: Message, inventory: Inventory) -> Message:
        """A new ticket goes to whom the inventory names today; the organization that it had stays without another."""
        payload = message.payload
        if not isinstance(payload, OpenTicket):
            return message
        client = inventory.clients.get(payload.client or "")
        theirs = (client.zendesk if client else None) or ClientZendesk()
        to = address(self._config, theirs, managed=payload.managed, organization=payload.organization)
        return replace(message, payload=payload.addressed(to))

    def _api(self, context: ClientContext) -> ZendeskClient:
        return ZendeskClient(self._config, zendesk_credentials(self._config, context), context)
