"""Words for everything the checks say: none is missing, each can be filled with what the checks really give."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import tests
from checks import Cause, State
from reports.format import FORMS, UnfitError, fill
from reports.language import AVAILABLE, language
from reports.model import ReportedFinding
from reports.phrases import CAUSES, WORDS, PhraseTemplate
from reports.wording import own_phrase, phrase_for
from tests.reports.kinds import kinds
from tests.reports.rounds import finding

ROOT = Path(tests.__file__).parent.parent
JUDGEMENTS = (
    "tests/checks/users/test_judgement.py",
    "tests/checks/versions/test_judgement.py",
    "tests/checks/disk/test_evaluate.py",
    "tests/checks/disk/test_history.py",
    "tests/checks/dnsbl/test_judgement.py",
    "tests/checks/logs/test_evaluate.py",
    "tests/checks/test_ssh.py",
    "tests/checks/test_contract.py",
)
ALL = [(kind, words) for kind, several in WORDS.items() for words in several]

PORT: Mapping[str, Any] = {"protocol": "tcp", "port": 3306, "processes": [], "sources": ["any"], "dangerous": False}
FIREWALL: list[tuple[State, str, Mapping[str, Any]]] = [
    (State.OK, "firewall-as-declared", {"open": ["tcp/22", "tcp/443"]}),
    (State.OK, "firewall-as-declared", {"open": []}),
    (State.OK, "firewall-policy", {"families": []}),
    (State.OK, "firewall-elsewhere", {"managed_elsewhere": "the provider's firewall"}),
    (State.WARNING, "no-firewall", {"families": ["ipv4", "ipv6"]}),
    (State.WARNING, "firewall-default-open", {"families": ["ipv4"]}),
    (State.WARNING, "firewall-ipv6-open", {"families": ["ipv6"]}),
    (State.CRITICAL, "firewall-open-port", {**PORT, "processes": ["mariadbd"], "dangerous": True}),
    (State.CRITICAL, "firewall-open-port", {**PORT, "dangerous": True}),
    (State.WARNING, "firewall-open-port", {**PORT, "processes": ["node"]}),
    (State.WARNING, "firewall-open-port", PORT),
    (State.CRITICAL, "firewall-published-port", {**PORT, "dangerous": True}),
    (State.WARNING, "firewall-published-port", PORT),
    (State.WARNING, "firewall-open-to-some", {**PORT, "sources": ["203.0.113.0/24"]}),
    (State.WARNING, "firewall-frontends", {"frontends": ["ufw", "nftables"]}),
    (State.WARNING, "firewall-testing", {}),
    (State.WARNING, "firewall-not-kept", {"differences": 2}),
    (State.WARNING, "firewall-changed", {"came": 1, "went": 0, "day": "2026-11-20"}),
]


def test_every_kind_has_words_and_no_words_are_left_over() -> None:
    assert kinds() == set(WORDS)


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> list[ReportedFinding]:
    """What the checks' own tests make the checks say."""
    into = tmp_path_factory.mktemp("gathered") / "findings.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.reports.gathering"]
    environment = {**os.environ, "GATHERED": str(into)}
    ran = subprocess.run(
        [*command, *JUDGEMENTS], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stdout
    rows = json.loads(into.read_text(encoding="utf-8"))
    return [finding(State(row.pop("state")), "any", **row) for row in rows]


def test_what_the_checks_really_say_fills_the_words(gathered: list[ReportedFinding]) -> None:
    mute = [
        (one.finding.kind, one.finding.state, dict(one.finding.data))
        for one in gathered
        if one.finding.kind in WORDS and own_phrase(one) is None
    ]
    assert mute == []
    seen = {one.finding.kind for one in gathered}
    elsewhere = {kind for _, kind, _ in FIREWALL}
    wordless = {kind for kind in WORDS if kind.startswith("siterounds-")}  # no client ever reads of them
    assert set(WORDS) - seen - elsewhere - wordless == {"log-read", "log-exposed"}  # their data stands in the next test
    assert not any(WORDS[kind] for kind in wordless)


@pytest.mark.parametrize(("state", "kind", "data"), FIREWALL)
def test_words_for_the_firewall(state: State, kind: str, data: Mapping[str, Any]) -> None:
    assert own_phrase(finding(state, "firewall", kind=kind, data=data))


def test_words_for_logs_that_are_open_or_read_again() -> None:
    exposed = finding(State.WARNING, "logs", kind="log-exposed", data={"log": "debug.log", "path": "/debug.log"})
    assert phrase_for(exposed).headline.endswith("by anybody: /debug.log")
    assert phrase_for(finding(State.OK, "logs", kind="log-read", item="log:error.log")).headline == (
        "error.log is read again."
    )


@pytest.mark.parametrize(("kind", "words"), ALL)
def test_words_keep_their_own_rules(kind: str, words: PhraseTemplate) -> None:
    parts = (words.headline, words.meaning, words.action, words.many, words.entry)
    for _, name, form, _ in Formatter().parse(" ".join(parts)):
        assert name != ""
        assert form is None or form in FORMS
    assert bool(words.many) == bool(words.entry)
    if words.many:
        assert re.findall(r"{(.*?)}", words.many) == ["findings"]
        assert "{" not in words.meaning + words.action  # they are said once, for all of them
    if words.when.get("state") != "ok":
        assert words.meaning
        assert words.action


JARGON = re.compile(r"\b(inode|mount|CVE|cron|SSH|DNS|UNKNOWN|regex|stderr|null|daemon|kernel|iptables|root)\b", re.I)


@pytest.mark.parametrize(("kind", "words"), ALL)
def test_words_need_no_technician(kind: str, words: PhraseTemplate) -> None:
    said = re.sub(r"{.*?}", "", " ".join((words.headline, words.meaning, words.action, words.many)))
    assert not JARGON.search(said)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{bytes:size} of {share:percent}", "1.5 GiB of 96%"),
        ("{nearly:percent}, {hours:decimal}", "99.9%, 1.25"),
        ("{many:number}", "1,234,567"),
        ("{at:day}", "22 November 2026"),
        ("{iso:day}", "3 March 2026"),
        ("{at:moment}", "22 November 2026, 22:35 UTC"),
        ("{night:day}", "23 November 2026"),
        ("{naive:moment}", "3 March 2026, 12:00 UTC"),
        ("{names:names}: {names:count}", "a, b, c, d, e, f, g, h and 2 more: 10"),
        ("{some:names}", "a, b and c"),
        ("{range:from} to {range:to} days", "6 to 9 days"),
        ("{open:earliest}", "in 6 days"),
        ("{far:earliest}", "in 6 days"),
        ("{about:in}", "in 1 day"),
        ("{count:ago}", "90 days ago"),
        ("{hebrew}!", "\N{FIRST STRONG ISOLATE}\N{HEBREW LETTER ALEF}\N{POP DIRECTIONAL ISOLATE}!"),
    ],
)
def test_values_are_put_as_people_write_them(template: str, said: str) -> None:
    values = {
        "bytes": 1.5 * 2**30,
        "share": 96.2,
        "many": 1234567,
        "at": 1795386900,
        "iso": "2026-03-03",
        "names": list("abcdefghij"),
        "some": ["a", "b", "c"],
        "nearly": 99.96,
        "hours": "1.250",
        "night": "2026-11-22T23:30:00-05:00",
        "naive": "2026-03-03T12:00:00",
        "range": [6, 9],
        "open": [6, None],
        "far": [6, 400],
        "about": [1, 1],
        "count": 90,
        "hebrew": "\N{HEBREW LETTER ALEF}",
    }
    assert fill(template, values) == said


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{range:in}", [6, 9]), ("{range:in}", [6, None]), ("{range:from}", [6, 6]), ("{range:to}", [6, None]),
        ("{range:to}", [6, 400]), ("{range:earliest}", [6, 9]), ("{range:earliest}", [6, 6]), ("{range:in}", [6.5, 9]),
    ],
)  # fmt: skip
def test_each_kind_of_forecast_has_a_sentence_of_its_own(template: str, values: list[object]) -> None:
    with pytest.raises(UnfitError):
        fill(template, {"range": values})


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([1, 1], "will be full in 1 day if it goes on like this"),
        ([6, 9], "will be full in 6 to 9 days if it goes on like this"),
        ([6, 900], "will be full if it goes on like this: in 6 days or later"),
        ([6, None], "will be full if it goes on like this: in 6 days or later"),
    ],
)
def test_when_a_disk_will_be_full(days: list[object], said: str) -> None:
    full = finding(State.WARNING, "disk", kind="disk-forecast", data={"mount": "/", "full_in_days": days})
    assert phrase_for(full).headline == f"The server's disk / {said}"


@pytest.mark.parametrize("value", [None, "", [], {}, True, "x" * 10, 1e300, -1, float("nan"), [1], [None, None]])
@pytest.mark.parametrize("form", list(FORMS))
def test_a_value_that_does_not_fit_is_said_to_be_unfit(value: object, form: str) -> None:
    with suppress(UnfitError):
        assert fill(f"{{x:{form}}}", {"x": value})


def test_a_kind_that_is_not_known_or_not_complete_speaks_by_its_summary() -> None:
    for kind in ("of-a-third-party", "disk-space"):
        shown = finding(State.WARNING, "disk", kind=kind, summary="the summary", data={})
        assert phrase_for(shown).headline == "the summary"


@pytest.mark.parametrize("code", list(AVAILABLE))
@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_sentence_in_every_language(cause: Cause, code: str) -> None:
    sentence = language(code)(CAUSES[cause])
    assert sentence
    assert (sentence == CAUSES[cause]) == (code == "en")


def test_no_two_causes_are_said_alike() -> None:
    assert len(set(CAUSES.values())) == len(Cause)


@pytest.mark.parametrize("code", list(AVAILABLE))
@pytest.mark.parametrize("data", [{}, {"cause": "of-tomorrow"}, {"cause": None}, {"cause": "other"}])
def test_a_reason_without_a_known_cause_is_not_quoted(data: dict[str, Any], code: str) -> None:
    """Findings of old rounds have no cause, those of a newer revision one that is not known here."""
    shown = finding(State.UNKNOWN, "disk", kind="not-checked", summary="exit 3", data={"reason": "exit 3", **data})
    said = phrase_for(shown, language(code))
    assert language(code)(CAUSES[Cause.OTHER]) in said.meaning
    assert "exit 3" not in f"{said.headline} {said.meaning} {said.action}"
