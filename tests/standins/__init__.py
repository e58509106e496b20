"""Zendesk, Harvest and Teamwork on loopback: real HTTP servers, as strict as the real services and more talkative.

    with Zendesk() as zendesk:
        zendesk.add_user(20, organizations=[77])                         # seed it
        zendesk.fault("POST /api/v2/tickets", Fault(How.LOST))           # spoil its next creation
        ...                                                              # let the client work against zendesk.url
        zendesk.set_status(35436, "closed")                              # do what people do
        assert zendesk.tickets[35436].comments[-1].public is False       # look at what became of it
        assert not zendesk.violations and not zendesk.elsewhere.credentials

What every stand-in has:

- `url`; `clock`, a function to the time in UTC, which may be replaced: quotas, tokens and keys age by it. `HandClock`
  is one that moves by hand; a client that sleeps by another clock is then too fast for the quotas.
- `seen`, every request with its kind and the status it was answered, and `asked(kind)`, those of one kind. A kind is
  the method and the path's template, such as "PUT /api/v2/tickets/{id}"; `kinds` are all. Zendesk's have no `.json`.
- `fault(kind, fault, times)`, `pending_faults()`, `clear_faults()`: see `How` for what can go wrong.
- `violations`, a sentence for each thing that no good client does, whatever the data: a missing header, a text that is
  too long, a request too early. A real 429 is one, for the client was too fast; an injected one is none. Where the real
  service would refuse the request, so does the stand-in. What depends on data that people may change meanwhile (a
  closed ticket, an archived project, an old stamp) is refused with the service's own error and is no violation.
- `elsewhere`, another server: redirects lead there, and so do the links to next pages once `links_elsewhere` is True.
  `elsewhere.seen` is what arrived there, `elsewhere.credentials` what it could steal. Both should stay empty.
- `lock`, held while a request is applied; take it (`with service.held():`) to read several things at one moment.

A stand-in lives in its own threads and outlives any client, so a client may be killed while it waits for an answer.
"""

from tests.standins.clock import HandClock
from tests.standins.elsewhere import Elsewhere
from tests.standins.exchange import Seen
from tests.standins.faults import Fault, How
from tests.standins.harvest import Harvest
from tests.standins.teamwork import Teamwork
from tests.standins.zendesk import Zendesk

__all__ = ["Elsewhere", "Fault", "HandClock", "Harvest", "How", "Seen", "Teamwork", "Zendesk"]
