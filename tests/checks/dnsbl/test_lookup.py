"""The conversation about one site, held by hand."""

import pytest

from checks import DnsAnswer, DnsOutcome, NotCheckedError, Query, Target
from checks.dnsbl import Settings, check
from checks.dnsbl.lookup import CONTROLS
from inventory.model import Host
from tests.checks.dnsbl.talk import Known, hold, looked

ZEN, DBL = "zen.spamhaus.org", "dbl.spamhaus.org"
SETTINGS = Settings(lists=(ZEN, DBL), private_addresses=True)
V6_POINT = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

LISTS: Known = {
    (f"2.0.0.127.{ZEN}", "A"): ["127.0.0.2"],
    (f"{V6_POINT}.{ZEN}", "A"): ["127.0.0.2"],
    (f"dbltest.com.{DBL}", "A"): ["127.0.1.2"],
}
SHOP: Known = {("shop.example", "A"): ["203.0.113.7"], **LISTS}
LISTED: Known = {**SHOP, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.4"], (f"7.113.0.203.{ZEN}", "TXT"): ["look here"]}


def names(batches: list[list[Query]]) -> list[set[tuple[str, str, bool]]]:
    return [{(query.name, query.rdtype, query.fresh) for query in batch} for batch in batches if batch]


def test_what_is_asked_in_which_order() -> None:
    facts, batches = looked("https://shop.example/", SETTINGS, LISTED)
    points = {"2.0.0.127.zen.spamhaus.org", "1.0.0.127.zen.spamhaus.org"}
    points |= {"dbltest.com.dbl.spamhaus.org", "invalid.dbl.spamhaus.org"}
    web = {(name, rdtype, False) for name in ("shop.example", "www.shop.example") for rdtype in ("A", "AAAA")}
    assert names([list(batch) for batch in batches]) == [
        {(name, "A", False) for name in CONTROLS},
        web,
        {("shop.example", "MX", False), ("shop.example", "TXT", False)},
        {(name, "A", False) for name in points},
        {("7.113.0.203.zen.spamhaus.org", "A", False), ("shop.example.dbl.spamhaus.org", "A", False)},
        {("7.113.0.203.zen.spamhaus.org", "TXT", False)},
        {(name, "A", True) for name in points},
    ]
    assert facts.trouble is None
    assert [(one.list, one.subject.name, one.answer.records, one.texts) for one in facts.listings] == [
        (ZEN, "203.0.113.7", ("127.0.0.4",), ("look here",)),
        (DBL, "shop.example", (), ()),
    ]


def test_the_same_answers_give_the_same_facts() -> None:
    assert looked("https://shop.example/", SETTINGS, LISTED) == looked("https://shop.example/", SETTINGS, LISTED)


def test_lists_are_asked_for_the_kinds_they_have() -> None:
    known: Known = {("shop.example", "AAAA"): ["2001:db8::1"], **LISTS}
    facts, _ = looked("https://shop.example/", Settings(lists=(ZEN, "bl.spamcop.net"), private_addresses=True), known)
    assert [(one.list, one.kind) for one in facts.trials] == [(ZEN, "v6")]
    assert [(one.list, one.subject.name) for one in facts.listings] == [(ZEN, "2001:db8::1")]


def test_a_resolver_that_knows_what_cannot_exist_is_asked_nothing_more() -> None:
    facts, batches = looked("https://shop.example/", SETTINGS, {**LISTED, (CONTROLS[1], "A"): ["198.51.100.1"]})
    assert len(batches) == 1
    assert facts.trouble is not None
    assert facts.trouble.reason == ("the resolver rewrites answers: it knows 198.51.100.1 of a name that cannot exist")
    assert "resolver of its own" in facts.trouble.remedy


@pytest.mark.parametrize("outcome", [DnsOutcome.TIMEOUT, DnsOutcome.SERVFAIL, DnsOutcome.REFUSED, DnsOutcome.FAILED])
def test_a_resolver_that_does_not_answer_is_asked_nothing_more(outcome: DnsOutcome) -> None:
    dead = DnsAnswer(outcome, reason="port 53 is shut")
    facts, batches = looked("https://shop.example/", SETTINGS, {(name, "A"): dead for name in CONTROLS})
    assert len(batches) == 1
    assert facts.trouble is not None
    assert facts.trouble.reason == "no DNS answer: port 53 is shut"


def test_one_lost_control_question_is_no_trouble() -> None:
    facts, _ = looked("https://shop.example/", SETTINGS, {**LISTED, (CONTROLS[0], "A"): DnsAnswer(DnsOutcome.TIMEOUT)})
    assert facts.trouble is None


@pytest.mark.parametrize(
    "entry",
    [["127.255.255.254"], ["93.184.216.34"], DnsAnswer(DnsOutcome.REFUSED), DnsAnswer(DnsOutcome.NXDOMAIN)],
)
def test_a_list_that_fails_its_trial_is_asked_about_nobody(entry: list[str] | DnsAnswer) -> None:
    facts, batches = looked("https://shop.example/", SETTINGS, {**LISTED, (f"2.0.0.127.{ZEN}", "A"): entry})
    asked = {query.name for batch in batches for query in batch}
    assert f"7.113.0.203.{ZEN}" not in asked
    assert f"shop.example.{DBL}" in asked
    assert {one.list for one in facts.listings} == {DBL}
    assert {one.list: one.after is None for one in facts.trials} == {ZEN: True, DBL: False}


def test_the_zone_to_ask_may_be_another() -> None:
    key = "secretkey.zen.dq.spamhaus.net"
    settings = Settings(lists=(ZEN,), zones={ZEN: key}, private_addresses=True)
    known: Known = {("shop.example", "A"): ["203.0.113.7"], (f"2.0.0.127.{key}", "A"): ["127.0.0.2"]}
    facts, batches = looked("https://shop.example/", settings, known)
    asked = {query.name for batch in batches for query in batch}
    assert f"7.113.0.203.{key}" in asked
    assert not any(name.endswith(ZEN) for name in asked)
    assert "secretkey" not in repr(facts)


def test_two_names_for_one_zone_are_both_answered() -> None:
    settings = Settings(lists=(ZEN,), extra={"twin": Settings().chosen()[ZEN]}, private_addresses=True)
    facts, _ = looked("https://shop.example/", settings, LISTED)
    assert [(one.list, one.answer.records) for one in facts.listings] == [
        (ZEN, ("127.0.0.4",)),
        ("twin", ("127.0.0.4",)),
    ]


def test_a_host_is_not_looked_up() -> None:
    asking = check.probe.ask(Target(Host("web1")), SETTINGS)  # type: ignore[union-attr]
    with pytest.raises(NotCheckedError):
        hold(asking, {})
