"""What a ticket says of a problem."""

from dataclasses import replace
from datetime import UTC, datetime

from agent.presenter import finding_at
from agent.tickets.payload import TicketInputs, problem_of
from inventory.subject import Subject
from tests.agent.client_reports.estate import INVENTORY
from tests.agent.tickets.cases import case
from tests.plugin_example.siterounds_example import mail_queue

CHECK = mail_queue.check
HOST = Subject.parse("host:web1")


def test_what_a_third_party_s_check_finds_is_explained_in_its_own_words() -> None:
    (finding,) = CHECK.evaluate(mail_queue.Queue(320), CHECK.settings, {}, datetime(2026, 11, 23, tzinfo=UTC)).findings
    known = case(item="")
    known = replace(
        known, incident=replace(known.incident, key=replace(known.incident.key, subject=HOST, check="mail-queue"))
    )
    found = finding_at(HOST, CHECK.name, finding, INVENTORY)
    assert found
    estate = TicketInputs(INVENTORY, {}, {}, {known.incident.key: found}, {CHECK.name: CHECK.phrases})
    assert problem_of(known, (), estate).meaning == mail_queue.ENGLISH[1].meaning
    assert problem_of(known, (), replace(estate, phrases={})).meaning == ""
