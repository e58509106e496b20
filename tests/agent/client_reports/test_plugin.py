"""What a third party's check brings arrives in the reports of clients, in their language."""

from dataclasses import replace

import pytest

from agent.client_reports.render import ReportRenderer
from agent.domain.incidents import Change
from checks import PhraseTemplate
from checks.registry import Registry
from reports.health_report import Period
from reports.model import DueCheck
from tests.agent.client_reports.estate import AT, DAY, DUE, INVENTORY, Estate
from tests.plugin_example.siterounds_example import mail_queue

CHECK = mail_queue.check
REGISTRY = Registry({CHECK.name: CHECK}, {}, (), {}, {})
WEEK = Period("week", "2026-W49", AT - DAY, AT + 2 * DAY)


def text_of(rounds: Estate, waiting: int, code: str, host: str = "web2") -> str:
    """The report for harbour after a round in which so many mails waited; only web2 is harbour's alone."""
    (finding,) = CHECK.evaluate(mail_queue.Queue(waiting), CHECK.settings, {}, AT).findings
    given = (f"host:{host}", CHECK.name, finding)
    due = (*DUE, DueCheck(host, None, CHECK.name))
    changes = [] if waiting < 100 else [(f"host:{host}", CHECK.name, Change.OPENED, finding)]
    rounds.round(AT, [given], changes, due=due)
    client = replace(INVENTORY.clients["harbour"], language=code)
    inventory = replace(INVENTORY, clients={**INVENTORY.clients, "harbour": client})
    made = ReportRenderer(rounds.store, inventory, REGISTRY.titles(), REGISTRY.phrases()).mail(
        "harbour", WEEK, AT + DAY
    )
    assert made.language == code
    return " ".join(made.text.split())


@pytest.mark.parametrize("host", ["web2", "web1"])
@pytest.mark.parametrize(
    ("code", "phrases", "number"),
    [("en", mail_queue.ENGLISH, "1,320"), ("de", mail_queue.GERMAN, "1.320"), ("de-AT", mail_queue.GERMAN, None)],
)
def test_a_problem_is_told_in_the_words_of_its_check(
    rounds: Estate, code: str, phrases: tuple[PhraseTemplate, ...], number: str | None, host: str
) -> None:
    text = text_of(rounds, 1320, code, host)
    assert phrases[1].meaning in text
    assert phrases[1].action in text
    assert number is None or phrases[1].headline.replace("{waiting:number}", number) in text


def test_what_is_in_order_is_told_so_too(rounds: Estate) -> None:
    assert mail_queue.GERMAN[0].headline.replace("{waiting:number}", "3") in text_of(rounds, 3, "de")


def test_a_language_that_it_does_not_speak_has_its_english(rounds: Estate) -> None:
    assert mail_queue.ENGLISH[1].meaning in text_of(rounds, 1320, "fr")
