"""Whatever is sent and whatever fails, no secret is logged, shown, or kept in the store."""

import logging
from pathlib import Path

import pytest

from agent.domain.messages import Stage
from agent.integrations.protocol import ClientContext
from agent.integrations.registry import integration_factories
from tests.agent.outbox.office import SECRETS, Desk
from tests.standins import Fault, How

KINDS = {
    "zendesk": ("POST /oauth/tokens", "POST /api/v2/tickets", "GET /api/v2/tickets", "PUT /api/v2/tickets/{id}"),
    "harvest": ("POST /v2/time_entries", "GET /v2/time_entries", "GET /v2/company"),
}


def kept(folder: Path) -> bytes:
    """Every byte of the store, its write-ahead log and its locks included."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("how", [*How, None])
def test_no_secret_is_logged_or_kept(at: Desk, caplog: pytest.LogCaptureFixture, how: How | None) -> None:
    caplog.set_level(logging.DEBUG)
    ours, _ = at.known()
    at.open(external_id="another", attachment="evidence")
    at.tell(ours)
    at.book()
    for name, kinds in KINDS.items():
        for kind in kinds if how else ():
            assert how
            getattr(at, name).fault(kind, Fault(how, seconds=0))
    shown = []
    for _ in range(12):
        tally = at.deliver_later(20_000)
        shown.append(repr(tally))
    shown += [repr(one) for one in at.store.outbox.messages(tuple(Stage))]
    shown += [repr(integration_factories(at.services, ClientContext(at.store.cache)))]
    text = caplog.text + "\n".join(shown)
    assert "HTTP/1.1" in text, "urllib3 told of the requests"
    secrets = [*SECRETS.values(), "token-0000"]
    assert [one for one in secrets if one in text] == []
    assert [one for one in secrets if one.encode() in kept(at.store.folder)] == []
    assert b"98 % used" in kept(at.store.folder), "the messages themselves are there"
    assert {one.stage for one in at.store.outbox.messages(tuple(Stage))} == {Stage.DELIVERED}


@pytest.mark.parametrize("secret", ["wrong-but-secret", "with a blank", "with\nbreak", "s\u20accret"])
def test_a_wrong_secret_is_never_shown(at: Desk, caplog: pytest.LogCaptureFixture, secret: str) -> None:
    caplog.set_level(logging.DEBUG)
    at.secrets |= {"ZENDESK": secret, "HARVEST": secret}
    at.open()
    at.book()
    tally = at.deliver()
    assert set(tally.troubles) == {"zendesk", "harvest"}
    shown = caplog.text + repr(tally) + "".join(repr(one) for one in at.store.outbox.messages(tuple(Stage)))
    assert secret not in shown
    assert secret.encode() not in kept(at.store.folder)
