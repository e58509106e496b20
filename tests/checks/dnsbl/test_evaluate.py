"""What answers of block lists mean for a site."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checks import CheckResult, DnsAnswer, DnsOutcome, Finding, State
from checks.dnsbl import Settings, check
from checks.dnsbl.lists import ZEN as ZEN_ROW
from checks.dnsbl.lookup import CONTROLS
from tests.checks.dnsbl.talk import Known, looked

ZEN, DBL, URIBL, COP = "zen.spamhaus.org", "dbl.spamhaus.org", "multi.uribl.com", "bl.spamcop.net"
URL = "https://www.shop.example/"
NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)

LISTS: Known = {
    (f"2.0.0.127.{ZEN}", "A"): ["127.0.0.2"],
    (f"2.0.0.127.{COP}", "A"): ["127.0.0.2"],
    (f"dbltest.com.{DBL}", "A"): ["127.0.1.2"],
    (f"2.0.0.127.{URIBL}", "A"): ["127.0.0.14"],
}
SHOP: Known = {
    ("www.shop.example", "A"): ["203.0.113.7"],
    ("shop.example", "A"): ["203.0.113.7"],
    ("shop.example", "TXT"): ["v=spf1 ip4:203.0.113.9 -all"],
    **LISTS,
}


def settings(**changes: Any) -> Settings:
    return Settings(**{"lists": (ZEN, DBL, URIBL, COP), "private_addresses": True, **changes})


def judged(known: Known, chosen: Settings | None = None, memory: Any = None, fresh: Known | None = None) -> CheckResult:
    chosen = chosen or settings()
    facts, _ = looked(URL, chosen, known, fresh=fresh)
    judgement = check.evaluate(facts, chosen, memory or {}, NOW)
    json.dumps([judgement.memory, *(dict(finding.data) for finding in judgement.findings)], allow_nan=False)
    return judgement


def by_item(judgement: CheckResult) -> dict[str, Finding]:
    items = {finding.item: finding for finding in judgement.findings}
    assert len(items) == len(judgement.findings), "an item is said twice"
    return items


def test_a_clean_site_is_one_finding() -> None:
    (finding,) = judged(SHOP).findings
    assert (finding.state, finding.kind, finding.item) == (State.OK, "lists-asked", "")
    assert finding.summary == "8 look-ups of 2 addresses and 2 names on 4 lists"
    assert dict(finding.data) == {"lookups": 8, "addresses": 2, "domains": 2, "lists": sorted([ZEN, DBL, URIBL, COP])}
    assert judged(SHOP).memory == {"bad": {}}


@pytest.mark.parametrize(
    ("name", "answer", "item", "said"),
    [
        (f"7.113.0.203.{ZEN}", "127.0.0.4", f"203.0.113.7 {ZEN}", (State.CRITICAL, "listed", 1)),
        (f"7.113.0.203.{ZEN}", "127.0.0.10", f"203.0.113.7 {ZEN}", (State.OK, "listed-hint", 3)),
        (f"9.113.0.203.{ZEN}", "127.0.0.10", f"203.0.113.9 {ZEN}", (State.WARNING, "listed-by-policy", 2)),
        (f"7.113.0.203.{COP}", "127.0.0.2", f"203.0.113.7 {COP}", (State.WARNING, "listed", 2)),
        (f"shop.example.{DBL}", "127.0.1.102", f"shop.example {DBL}", (State.CRITICAL, "listed", 1)),
        (f"shop.example.{URIBL}", "127.0.0.2", f"shop.example {URIBL}", (State.CRITICAL, "listed", 1)),
        (f"shop.example.{URIBL}", "127.0.0.4", f"shop.example {URIBL}", (State.OK, "listed-hint", 3)),
        (f"shop.example.{URIBL}", "127.0.0.6", f"shop.example {URIBL}", (State.CRITICAL, "listed", 1)),
    ],
)
def test_listings(name: str, answer: str, item: str, said: tuple[State, str, int]) -> None:
    findings = by_item(judged({**SHOP, (name, "A"): [answer]}))
    found = findings[item]
    assert (found.state, found.kind, found.data["tier"]) == said
    assert found.data["codes"] == [answer]
    assert set(findings) == {item, ""}
    assert (found.remedy == "") == (found.state is State.OK)


def test_policy_listings_may_be_switched_off() -> None:
    known: Known = {**SHOP, (f"9.113.0.203.{ZEN}", "A"): ["127.0.0.10"]}
    assert by_item(judged(known, settings(policy_listings=False)))[f"203.0.113.9 {ZEN}"].state is State.OK


def test_a_policy_beside_a_deed_is_a_deed() -> None:
    known: Known = {**SHOP, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.10", "127.0.0.3"]}
    assert by_item(judged(known))[f"203.0.113.7 {ZEN}"].state is State.CRITICAL


def test_a_listing_says_what_one_needs_to_mend_it() -> None:
    hostile = (
        "<b>spam</b>\x1b]0;x\x07 from you@shop.example see https://www.spamhaus.org/x http://evil.example/ " + "x" * 999
    )
    known: Known = {
        **SHOP,
        (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.9", "127.0.0.2"],
        (f"7.113.0.203.{ZEN}", "TXT"): [hostile],
    }
    found = by_item(judged(known))[f"203.0.113.7 {ZEN}"]
    assert found.summary.startswith("203.0.113.7 is listed by zen.spamhaus.org: SBL: a source of spam")
    assert "DROP" in found.summary
    assert found.details[:3] == (
        "answer 127.0.0.9, 127.0.0.2",
        "found as: www.shop.example, shop.example",
        "likely cause: spam that left this address: a hacked mailbox, contact form or web shop",
    )
    (said,) = found.data["said"]
    assert "https://www.spamhaus.org/x" in said
    assert "evil.example" not in said
    assert "you@" not in said
    assert "\x1b" not in said
    assert len(said) <= 255
    assert "https://check.spamhaus.org/" in found.remedy
    assert found.data["delist"] == "https://check.spamhaus.org/"


def test_one_cause_is_said_once() -> None:
    known: Known = {
        **SHOP,
        (f"shop.example.{DBL}", "A"): ["127.0.1.5"],
        (f"www.shop.example.{DBL}", "A"): ["127.0.1.5"],
    }
    assert set(by_item(judged(known))) == {f"shop.example {DBL}", ""}
    only_www: Known = {**SHOP, (f"www.shop.example.{DBL}", "A"): ["127.0.1.5"]}
    assert set(by_item(judged(only_www))) == {f"www.shop.example {DBL}", ""}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (["127.0.0.99"], "new-code"),
        (["127.255.255.255"], "refused"),
        (["198.51.100.1"], "rewritten"),
        (DnsAnswer(DnsOutcome.SERVFAIL), "no-answer"),
        (DnsAnswer(DnsOutcome.TIMEOUT), "no-answer"),
        (DnsAnswer(DnsOutcome.REFUSED), "refused"),
    ],
)
def test_an_answer_that_says_nothing_is_unknown(answer: Any, cause: str) -> None:
    found = by_item(judged({**SHOP, (f"7.113.0.203.{ZEN}", "A"): answer}))[f"203.0.113.7 {ZEN}"]
    assert (found.state, found.kind) == (State.UNKNOWN, "listing-unknown")
    assert found.data["cause"] == cause
    assert found.data["audience"] == "agency"


@pytest.mark.parametrize(
    ("entry", "cause", "reason"),
    [
        (["127.255.255.254"], "refused", "asked through a public resolver"),
        (["198.51.100.1"], "rewritten", "rewrites"),
        (DnsAnswer(DnsOutcome.NXDOMAIN), "refused", "does not list its own test entry"),
        (DnsAnswer(DnsOutcome.TIMEOUT), "no-answer", "did not answer"),
    ],
)
def test_a_list_that_fails_its_trial_is_one_unknown_for_the_agency(entry: Any, cause: str, reason: str) -> None:
    known: Known = {**SHOP, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.2"], (f"2.0.0.127.{ZEN}", "A"): entry}
    findings = by_item(judged(known))
    assert set(findings) == {ZEN, ""}
    assert findings[ZEN].state is State.UNKNOWN
    assert findings[ZEN].kind == "list-unusable"
    assert findings[ZEN].data["cause"] == cause
    assert findings[ZEN].data["audience"] == "agency"
    assert reason in findings[ZEN].summary
    assert ZEN not in findings[""].data["lists"]


def test_a_list_that_lists_everything_is_not_believed() -> None:
    known: Known = {
        **SHOP,
        (f"1.0.0.127.{COP}", "A"): ["127.0.0.2"],
        (f"7.113.0.203.{COP}", "A"): ["127.0.0.2"],
    }
    findings = by_item(judged(known))
    assert set(findings) == {COP, ""}
    assert findings[COP].data["cause"] == "wildcard"


def test_a_list_that_turned_in_the_middle_is_not_believed() -> None:
    listed: Known = {**SHOP, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.2"]}
    turned: Known = {**listed, (f"2.0.0.127.{ZEN}", "A"): DnsAnswer(DnsOutcome.NXDOMAIN)}
    findings = by_item(judged(listed, fresh=turned))
    assert findings[ZEN].kind == "list-unusable"
    assert set(findings) == {ZEN, ""}


def test_where_no_list_works_it_is_said_once() -> None:
    refusing: Known = {name: ["127.255.255.254"] for name in LISTS}
    (finding,) = judged({**SHOP, **refusing}).findings
    assert (finding.state, finding.kind, finding.item) == (State.UNKNOWN, "no-list-usable", "")
    assert len(finding.details) == 4
    dead: Known = {name: DnsAnswer(DnsOutcome.TIMEOUT) for name in LISTS}
    (finding,) = judged({**SHOP, **dead}).findings
    assert finding.summary == "no DNS answer from any block list: each did not answer"


@pytest.mark.parametrize(
    ("control", "kind"),
    [(["198.51.100.1"], "resolver-rewrites"), (DnsAnswer(DnsOutcome.TIMEOUT), "no-dns-answer")],
)
def test_where_the_resolver_is_not_to_be_believed_it_is_said_once(control: Any, kind: str) -> None:
    memory = {"bad": {f"203.0.113.7 {ZEN}": 0}}
    judgement = judged({**SHOP, **{(name, "A"): control for name in CONTROLS}}, memory=memory)
    (finding,) = judgement.findings
    assert (finding.state, finding.kind, finding.item) == (State.UNKNOWN, kind, "")
    assert judgement.memory == memory


def test_what_could_not_be_found_out_is_unknown_beside_the_rest() -> None:
    known: Known = {**SHOP, ("shop.example", "MX"): DnsAnswer(DnsOutcome.SERVFAIL)}
    findings = by_item(judged(known))
    assert findings["MX shop.example"].state is State.UNKNOWN
    assert findings[""].state is State.OK


def test_a_site_without_a_public_address_is_unknown_and_its_name_is_looked_up() -> None:
    findings = by_item(judged(SHOP, settings(private_addresses=False)))
    assert findings["addresses"].state is State.UNKNOWN
    assert findings["addresses"].summary.startswith("no public address: 203.0.113.7")
    assert findings[""].data["addresses"] == 0
    assert findings[""].data["domains"] == 2


def test_a_listing_that_ended_is_taken_back_even_while_another_list_is_broken() -> None:
    broken: Known = {**SHOP, (f"2.0.0.127.{COP}", "A"): DnsAnswer(DnsOutcome.REFUSED)}
    first = judged({**broken, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.2"]})
    second = judged(broken, memory=first.memory)
    found = by_item(second)
    assert (found[f"203.0.113.7 {ZEN}"].state, found[f"203.0.113.7 {ZEN}"].kind) == (State.OK, "no-longer-listed")
    assert found[COP].state is State.UNKNOWN
    memory = second.memory
    for _ in range(20):
        memory = judged(broken, memory=memory).memory
    assert memory == {"bad": {COP: 0}}


def test_silence_about_a_listing_takes_nothing_back_while_its_list_is_broken() -> None:
    first = judged({**SHOP, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.2"]})
    second = judged({**SHOP, (f"2.0.0.127.{ZEN}", "A"): DnsAnswer(DnsOutcome.TIMEOUT)}, memory=first.memory)
    assert set(by_item(second)) == {ZEN, ""}
    assert f"203.0.113.7 {ZEN}" in second.memory["bad"]
    third = judged(SHOP, memory=second.memory)
    assert by_item(third)[f"203.0.113.7 {ZEN}"].kind == "no-longer-listed"
    assert by_item(third)[ZEN].kind == "list-usable"


def test_an_address_that_is_the_sites_no_more_is_taken_back() -> None:
    first = judged({**SHOP, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.2"]})
    moved: Known = {**SHOP, ("www.shop.example", "A"): ["203.0.113.20"], ("shop.example", "A"): ["203.0.113.20"]}
    assert by_item(judged(moved, memory=first.memory))[f"203.0.113.7 {ZEN}"].kind == "no-longer-concerned"
    unsure: Known = {**moved, ("shop.example", "MX"): DnsAnswer(DnsOutcome.SERVFAIL)}
    assert f"203.0.113.7 {ZEN}" not in by_item(judged(unsure, memory=first.memory))


def test_items_are_the_same_whatever_is_said_of_them() -> None:
    answers = (["127.0.0.2"], ["127.0.0.10"], ["127.0.0.99"], DnsAnswer(DnsOutcome.TIMEOUT))
    items = {frozenset(by_item(judged({**SHOP, (f"7.113.0.203.{ZEN}", "A"): answer}))) for answer in answers}
    assert items == {frozenset({f"203.0.113.7 {ZEN}", ""})}


@pytest.mark.parametrize("memory", [{}, {"bad": []}, {"bad": {"x": "y"}}, {"bad": {"x": 1}}, {"else": 1}])
def test_any_memory_is_read(memory: Any) -> None:
    assert judged(SHOP, memory=memory).findings


def test_a_key_in_a_zone_is_never_shown() -> None:
    key = "secretkey.zen.dq.spamhaus.net"
    chosen = settings(lists=(ZEN,), zones={ZEN: key})
    known: Known = {
        **SHOP,
        (f"2.0.0.127.{key}", "A"): ["127.0.0.2"],
        (f"7.113.0.203.{key}", "A"): ["127.0.0.2"],
        (f"7.113.0.203.{key}", "TXT"): [f"https://{key.upper()}/ says to secretkey: see https://www.spamhaus.org/x"],
        (f"9.113.0.203.{key}", "A"): ["127.0.0.77"],
    }
    judgement = judged(known, chosen)
    assert by_item(judgement)[f"203.0.113.7 {ZEN}"].state is State.CRITICAL
    assert "secretkey" not in repr(judgement)


def test_the_check_is_what_the_rounds_expect() -> None:
    assert check.name == "dnsbl"
    assert (check.policy.confirm, check.policy.recover) == (2, 2)
    assert ZEN_ROW.zone in check.settings.chosen()
