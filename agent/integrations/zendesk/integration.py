"""The integration of Zendesk: connection check, preview and delivery of tickets."""

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
        """Create it without a connection."""
        self._config = config
        self.address = config.url

    def limits(self) -> tuple[Limit, ...]:
        """Return the limits of the account, and of updates of tickets."""
        return account(self._config), UPDATES

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:
        """Check that we are an agent, and that the organizations of the clients exist."""
        with self._api(context) as api:
            me = api.me()
            problems = [] if me.get("role") in ("agent", "admin") else ["it needs the role of an agent to open tickets"]
            for name, client in inventory.clients.items():
                number = client.zendesk.organization if client.zendesk else None
                if number and not api.knows_organization(number):
                    problems.append(f"clients.{name}: there is no organization {number}")
        return ConnectionResult(f"lets us in as {me.get('name') or me.get('email') or 'somebody'}", tuple(problems))

    def connect(self, context: ClientContext) -> ZendeskDelivery:
        """Open a session. Raises SecretError, ServiceError."""
        return ZendeskDelivery(self._api(context))

    def preview(self, message: Message, store: DeliveryStore) -> Request:
        """Return the request for a ticket that nobody has changed."""
        ticket = store.ticket(message.row)
        if isinstance(message.payload, OpenTicket):
            before = store.ticket(ticket.predecessor).number if ticket.predecessor else None
            return Request("POST", "/api/v2/tickets", delivery.opening(message.payload, (), before))
        payload, at = payload_of(message, UpdateTicket), now()
        untouched = TicketNow(id=ticket.number or 0, status="open", created_at=at, updated_at=at, priority="urgent")
        status = _STATUS.get(payload.aim)
        change = delivery.FieldChange({"status": status} if status else {})
        body = delivery.telling(payload, delivery.ref_of(message), (), untouched, change)
        return Request("PUT", f"/api/v2/tickets/{ticket.number or '(number)'}", body)

    def readdress(self, message: Message, inventory: Inventory) -> Message:
        """Return a new ticket's message, addressed by the present inventory; its organization is the default."""
        payload = message.payload
        if not isinstance(payload, OpenTicket):
            return message
        client = inventory.clients.get(payload.client or "")
        config = (client.zendesk if client else None) or ClientZendesk()
        to = address(self._config, config, managed=payload.managed, organization=payload.organization)
        return replace(message, payload=payload.addressed(to))

    def _api(self, context: ClientContext) -> ZendeskClient:
        return ZendeskClient(self._config, zendesk_credentials(self._config, context), context)
