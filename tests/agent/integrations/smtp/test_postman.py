"""Reports in the outbox: each recipient gets his own, once, whatever fails and whenever this process ends."""

import itertools
import json
import logging
import os
import signal
import smtplib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agent.domain.messages import Stage
from agent.files import FileError
from agent.integrations.smtp.delivery import ReportIdentity, drafts, to_file
from agent.outbox_admin import build_previews, list_messages, retry
from agent.store.rows import payload_json
from inventory.mail import Address
from inventory.model import Inventory
from tests.agent.integrations.smtp.acceptance import complaints
from tests.agent.integrations.smtp.certificates import Authority
from tests.agent.integrations.smtp.inbox import CUT
from tests.agent.integrations.smtp.post import Post, post
from tests.agent.integrations.smtp.reports import ANN, AT, PASSWORD, PDF, config, dkim, parts
from tests.agent.integrations.smtp.test_signing import OPEN, PEM, PKCS8, RSA, verified
from tests.agent.outbox.dying import delivery, end_of
from tests.agent.store.beside import transaction

BOB = Address("Bob", "bob@shop.example")
EVE = Address("Eve", "eve@shop.example")


@pytest.fixture
def at(tmp_path: Path, authority: Authority) -> Iterator[Post]:
    with post(tmp_path, authority) as made:
        yield made


def test_every_recipient_gets_his_own(at: Post) -> None:
    at.write([ANN, BOB, Address("Ann again", "Ann@SHOP.example")])
    tally = at.deliver()
    assert (tally.delivered, tally.troubles) == (2, {})
    assert [one.recipients for one in at.inbox.received] == [(ANN.email,), (BOB.email,)]
    assert len({one.identity for one in at.inbox.received}) == 2
    assert [complaints(one.content) for one in at.inbox.received] == [[], []]
    assert at.inbox.sessions == 1
    assert [one.outcome for one in list_messages(at.store, (Stage.DELIVERED,))] == [
        f"handed to localhost:{at.inbox.port} for {one.email}: 250 2.0.0 OK: queued as {number}"
        for number, one in ((1, ANN), (2, BOB))
    ]
    at.deliver(100_000)
    assert len(at.inbox.received) == 2


def test_all_of_a_report_travels(at: Post) -> None:
    at.write(pdf=PDF, pdf_name="harbour-2026-12.pdf", language="de")
    at.deliver()
    (got,) = at.inbox.received
    assert complaints(got.content) == []
    assert b'filename="harbour-2026-12.pdf"' in got.content
    assert b"Content-Language: de" in got.content


def test_one_refused_recipient_keeps_no_other_from_it(at: Post) -> None:
    first, second, third = at.write([ANN, BOB, EVE])
    at.inbox.answers["RCPT"] = ["550 5.1.1 no such user"]
    tally = at.deliver()
    assert (tally.parked, tally.delivered, tally.troubles) == (1, 2, {})
    parked = at.message(first)
    assert parked.stage is Stage.PARKED
    assert ANN.email in parked.trouble
    assert "no such user" in parked.trouble
    assert "inventory" in parked.remedy
    assert [at.message(one).stage for one in (second, third)] == [Stage.DELIVERED] * 2
    assert retry(at.store, Inventory({}, {}, {}, services=at.services), [first], at.clock()) == ()
    at.deliver(180)
    assert at.message(first).stage is Stage.DELIVERED
    assert [one.recipients[0] for one in at.inbox.received] == [BOB.email, EVE.email, ANN.email]


def test_a_greylisted_recipient_gets_it_later(at: Post) -> None:
    (number,) = at.write()
    at.inbox.answers["RCPT"] = ["451 4.7.1 greylisted", "450 4.2.0 greylisted"]
    for tries in (1, 2):
        assert at.deliver(10_000).failed == 1
        assert (at.message(number).stage, at.message(number).attempts) == (Stage.WAITING, tries)
        assert "greylisted" in at.message(number).trouble
    assert at.deliver().delivered == 0
    assert at.deliver(10_000).delivered == 1
    assert len(at.inbox.received) == 1


def test_an_unseen_outcome_is_tried_with_the_very_same_bytes(at: Post) -> None:
    (number,) = at.write()
    at.inbox.answers["DATA END"] = [CUT]
    assert at.deliver().failed == 1
    waiting = at.message(number)
    assert waiting.uncertain
    assert waiting.body == at.inbox.received[0].content
    at.changed = {"reply_to": "another@agency.example", "sender": Address("Another", "another@agency.example")}
    assert at.deliver().delivered == 0
    assert at.deliver(180).delivered == 1
    first, second = at.inbox.received
    assert first.content == second.content
    assert len(at.inbox.kept()) == 1


def test_what_never_left_is_composed_as_the_inventory_says_today(at: Post) -> None:
    (number,) = at.write()
    at.secrets["SMTP"] = "wrong"
    assert "mail" in at.deliver().troubles
    assert (at.message(number).body, at.message(number).uncertain) == (None, False)
    at.secrets["SMTP"] = PASSWORD
    at.changed = {"reply_to": "new@agency.example"}
    at.deliver(10_000)
    assert b"Reply-To: new@agency.example" in at.inbox.received[0].content


@pytest.mark.parametrize("missing", ["SMTP", "DKIM"])
def test_a_missing_secret_names_its_place(at: Post, missing: str) -> None:
    at.write()
    at.changed = {"dkim": dkim()}
    at.secrets = {"SMTP": PASSWORD, "DKIM": RSA.private_bytes(PEM, PKCS8, OPEN).decode()}
    del at.secrets[missing]
    assert f"env:{missing}" in at.deliver().troubles["mail"][0]
    assert at.inbox.sessions == 0


def test_what_is_no_key_is_a_trouble_and_not_repeated(at: Post) -> None:
    at.write()
    at.changed, at.secrets["DKIM"] = {"dkim": dkim()}, "s3cret-but-no-key"
    reason, remedy = at.deliver().troubles["mail"]
    assert "env:DKIM" in reason
    assert "s3cret" not in reason + remedy


def test_signed_once_and_resent_as_it_was(at: Post) -> None:
    at.changed, at.secrets["DKIM"] = {"dkim": dkim()}, RSA.private_bytes(PEM, PKCS8, OPEN).decode()
    at.write()
    at.inbox.answers["DATA END"] = [CUT]
    at.deliver()
    at.deliver(180)
    first, second = at.inbox.received
    assert first.content == second.content
    assert complaints(first.content) == []
    assert verified(first.content, RSA.public_key())


def test_the_pace_of_the_inventory_is_kept(at: Post) -> None:
    at.changed = {"messages_a_minute": 10}
    at.write([Address("", f"a{number}@shop.example") for number in range(25)])
    began = at.clock()
    tally = at.deliver()
    assert tally.delivered == 25
    assert (at.clock() - began).total_seconds() >= 60 * 25 / 10 - 60


def test_no_secret_is_logged_shown_or_kept(at: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = RSA.private_bytes(PEM, PKCS8, OPEN).decode()
    at.changed, at.secrets["DKIM"] = {"dkim": dkim()}, key
    at.write([ANN, BOB])
    at.inbox.answers |= {"RCPT": [f"550 no: {PASSWORD}".encode("ascii", "ignore").decode()], "DATA END": [CUT]}
    tallies = [at.deliver(20_000) for _ in range(3)]
    shown = repr(tallies) + repr(list_messages(at.store, tuple(Stage))) + repr(build_previews(at.store, at.services))
    logged = "".join(one.getMessage() for one in caplog.records if one.name != "mail.log")  # but for the server's own
    kept = b"".join(path.read_bytes() for path in at.store.folder.rglob("*") if path.is_file())
    for secret in (PASSWORD, key.splitlines()[1]):
        assert secret not in shown + logged
        assert secret.encode() not in kept


def test_how_it_is_listed(at: Post) -> None:
    at.write([ANN])
    at.write([BOB], client=None)
    assert [one.what for one in list_messages(at.store, (Stage.WAITING,))] == [
        "send the report for harbour to ann@shop.example",
        "send the overview to bob@shop.example",
    ]


def test_what_a_dry_run_shows(at: Post) -> None:
    at.write([ANN])
    (shown,) = build_previews(at.store, at.services)
    assert (shown.service, shown.method, shown.path) == ("mail", "SEND", ANN.email)
    assert "From: Harbour Help Desk <reports@agency.example>" in shown.body["headers"]
    assert "List-Unsubscribe: <https://agency.example/reports/harbour>, <mailto:reports@agency.example?subject=" in str(
        shown.body["headers"]
    )
    assert shown.body["text"] == parts().text
    assert at.inbox.sessions == 0


def test_a_dry_run_to_a_file_is_what_would_be_sent(at: Post, tmp_path: Path) -> None:
    (number,) = at.write([Address("Ann", "/ann/x@shop.example")])
    path = to_file(at.message(number), at.config, tmp_path)
    assert path.parent == tmp_path
    assert path.suffix == ".eml"
    assert at.inbox.sessions == 0
    at.deliver()
    assert path.read_bytes() == at.inbox.received[0].content
    assert to_file(at.message(number), at.config, tmp_path).read_bytes() == at.inbox.received[0].content
    with pytest.raises(FileError, match="missing"):
        to_file(at.message(number), at.config, tmp_path / "missing")


def test_the_overview_has_no_link_to_unsubscribe_by(at: Post) -> None:
    at.write(client=None)
    at.deliver()
    assert b"List-Unsubscribe" not in at.inbox.received[0].content


def test_a_clients_name_is_quoted_in_links(at: Post) -> None:
    at.write(client="Käse & Co/x?y#z")
    at.deliver()
    assert b"/reports/K%C3%A4se%20%26%20Co%2Fx%3Fy%23z>" in at.inbox.received[0].content
    assert complaints(at.inbox.received[0].content) == []


@pytest.mark.parametrize(
    ("recipient", "said"),
    [("nobody", {}), ("ann@shop.example", {"inline": ()}), ("ann@shop.example", {"language": "?"})],
)
def test_what_is_unsound_is_never_written_down(recipient: str, said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        drafts(parts(**said), config(), [ANN, Address("", recipient)], ReportIdentity("test", "harbour", "2026-12", AT))


def test_what_has_become_unsound_is_parked(at: Post) -> None:
    (number,) = at.write()
    message = at.message(number)
    with transaction(at.store) as connection:
        connection.execute(
            sa.text("UPDATE message SET payload = :payload"),
            {"payload": json.dumps({**payload_json(message.payload), "language": "?"})},
        )
    assert at.deliver().parked == 1
    assert "language" in at.message(number).trouble
    assert at.inbox.sessions == 0


def test_killed_at_any_write_commit_or_command(at: Post) -> None:
    killed = 0
    for step in itertools.count(1):
        (number,) = at.write(period=f"period {step}")
        ended = end_of(delivery(at, step, _stepping))
        for _ in range(3):
            at.deliver(180)
        assert at.message(number).stage is Stage.DELIVERED
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        killed += 1
    assert killed >= 20
    assert len(at.inbox.kept()) == killed + 1
    assert {one.content for one in at.inbox.received} == {one.content for one in at.inbox.kept().values()}


def test_killed_when_the_server_has_it(at: Post) -> None:
    at.write()
    child: list[int] = []
    forked = threading.Event()

    def kill() -> None:
        assert forked.wait(10)
        os.kill(child[0], signal.SIGKILL)

    at.inbox.then = kill
    child.append(delivery(at, None, _stepping))
    forked.set()
    assert end_of(child[0]) == -signal.SIGKILL
    at.inbox.then = lambda: None
    assert at.deliver().delivered == 0
    assert at.deliver(180).delivered == 1
    first, second = at.inbox.received
    assert first.content == second.content


def _stepping(step: Callable[[], None]) -> None:
    send = smtplib.SMTP.send

    def stepped(session: smtplib.SMTP, said: Any) -> None:
        step()
        send(session, said)
        step()

    smtplib.SMTP.send = stepped  # type: ignore[method-assign,assignment]
