"""Reports mailed to one recipient each, by the agency's own mail server."""

import time

from agent.clock import now
from agent.domain.errors import RejectedError, UnavailableError
from agent.domain.messages import Delivered, Ledger, Message
from agent.integrations.pace import Limit, Paces, next_mark, wait_for
from agent.mail import payload
from agent.mail.addresses import travelling
from agent.mail.payload import Seal
from agent.mail.smtp import Relay
from inventory.services import Mail

PATIENCE = 30.0
"""Seconds that we wait for our turn before we do something else first."""

_UNSOUND = "correct that in the inventory, drop this message, and send the report again"


class Postman:
    """Mail as an integration.

    SMTP has no look-up: nobody can ask whether a message whose outcome we did not see has arrived. Such a message is
    sent again after the pause, the very same bytes with the same Message-ID, by which servers and mail programs
    recognise the second copy. All that can fail before it is sent, fails before it counts as perhaps sent.
    """

    name = payload.MAIL

    def __init__(self, config: Mail, relay: Relay, seal: Seal | None, paces: Paces) -> None:
        """Deliver through this relay; `seal` signs."""
        self._config, self._relay, self._seal, self._paces = config, relay, seal, paces

    def close(self) -> None:
        """End the session."""
        self._relay.close()

    def deliver(self, message: Message, ledger: Ledger) -> Delivered:
        """Have a report mailed, once; raises ServiceError, SupersededError."""
        address = message.payload["to"]["email"]
        try:
            sender, recipient = travelling(self._config.sender.email), travelling(address)
            body = message.body
            if body is None:
                body = payload.encoded(message.payload, self._config, self._seal)
        except ValueError as error:
            raise RejectedError(f"the report cannot be mailed to {address}: {error}", _UNSOUND) from error
        self._wait()
        self._relay.ready()
        ledger.sending(message, message.payload["message_id"], body)
        said = self._relay.send(sender, recipient, body)
        return Delivered(f"handed to {self._relay.name} for {address}: {said}")

    def _wait(self) -> None:
        limit = Limit("messages", self._config.messages_a_minute, 60)
        mark = self._paces.book(f"{self.name} {limit.bucket}", lambda mark: next_mark(limit, mark, now()))
        wait = wait_for(limit, mark, now())
        if wait > PATIENCE:
            raise UnavailableError(f"{self._relay.name} is to be left alone for {wait:.0f} s", after=wait, code=429)
        if wait > 0:
            time.sleep(wait)
