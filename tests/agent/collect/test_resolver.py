"""Lookups against a real name server on loopback that behaves and misbehaves."""

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from agent.collect.plan import DnsLookup, Failure
from agent.collect.resolver import Resolver
from checks import DnsAnswer, DnsOutcome, Lookup, LookupSteps, NotCheckedError, Query, Scope, Target
from inventory.model import Host
from tests.servers import behaviours as bad
from tests.servers.dns import DnsServer, Records

RECORDS: Records = {
    "shop.example": {
        "A": ["203.0.113.8", "203.0.113.7"],
        "AAAA": ["2001:db8::7"],
        "MX": ["10 mail.shop.example."],
        "TXT": ['"v=spf1 ip4:203.0.113.7 " "-all"', '"quote \\" and \\\\"'],
    },
    "www.shop.example": {"CNAME": ["shop.example."]},
    "big.example": {"TXT": [f'"{number}{"x" * 240}"' for number in range(20)]},
    "deep.below.example": {"A": ["203.0.113.9"]},
}


def ask(target: Target, settings: Any) -> LookupSteps[list[Mapping[Query, DnsAnswer]]]:
    """Asks what its settings say, batch by batch."""
    heard = []
    for batch in settings:
        heard.append((yield batch))
    return heard


LOOKUP = Lookup("plain", ask, Scope.SITE)


def inquiry(*batches: Sequence[Query], lookup: Lookup[Any] = LOOKUP) -> DnsLookup:
    return DnsLookup(lookup, Target(Host("web1")), batches)


def one(resolver: Resolver, query: Query) -> DnsAnswer:
    asked = inquiry([query])
    (heard,) = resolver.ask_all([asked])[asked]
    answer: DnsAnswer = heard[query]
    return answer


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(
    ("name", "rdtype", "outcome", "records"),
    [
        ("shop.example", "A", DnsOutcome.ANSWERED, ("203.0.113.7", "203.0.113.8")),
        ("SHOP.example.", "A", DnsOutcome.ANSWERED, ("203.0.113.7", "203.0.113.8")),
        ("shop.example", "AAAA", DnsOutcome.ANSWERED, ("2001:db8::7",)),
        ("shop.example", "MX", DnsOutcome.ANSWERED, ("10 mail.shop.example.",)),
        ("shop.example", "TXT", DnsOutcome.ANSWERED, ('quote " and \\', "v=spf1 ip4:203.0.113.7 -all")),
        ("www.shop.example", "A", DnsOutcome.ANSWERED, ("203.0.113.7", "203.0.113.8")),
        ("www.shop.example", "MX", DnsOutcome.ANSWERED, ("10 mail.shop.example.",)),
        ("deep.below.example", "AAAA", DnsOutcome.NODATA, ()),
        ("below.example", "A", DnsOutcome.NODATA, ()),
        ("nothing.example", "A", DnsOutcome.NXDOMAIN, ()),
        ("a..b", "A", DnsOutcome.FAILED, ()),
        ("x" * 64 + ".example", "A", DnsOutcome.FAILED, ()),
        ("shop.example", "NONSENSE", DnsOutcome.FAILED, ()),
    ],
)
def test_answers(address: str, name: str, rdtype: str, outcome: DnsOutcome, records: tuple[str, ...]) -> None:
    with DnsServer(RECORDS, address=address) as server:
        answer = one(Resolver((server.nameserver,)), Query(name, rdtype))
    assert (answer.outcome, answer.records) == (outcome, records)
    assert bool(answer.reason) == (outcome is DnsOutcome.FAILED)


def test_a_long_answer_is_fetched_over_tcp() -> None:
    with DnsServer(RECORDS) as server:
        assert len(one(Resolver((server.nameserver,)), Query("big.example", "TXT")).records) == 20
        assert server.asked("big.example") == 2  # UDP, then TCP


@pytest.mark.parametrize(
    ("behaviour", "outcome", "reason"),
    [
        (bad.refused, DnsOutcome.REFUSED, "answered REFUSED"),
        (bad.servfail, DnsOutcome.SERVFAIL, "answered SERVFAIL"),
        (bad.notimp, DnsOutcome.FAILED, "answered NOTIMP"),
        (bad.nodata, DnsOutcome.NODATA, ""),
        (bad.cut, DnsOutcome.ANSWERED, ""),
        (bad.cut_for_good, DnsOutcome.FAILED, "could not be asked"),
        (bad.referral, DnsOutcome.FAILED, "only points elsewhere"),
        (bad.looping, DnsOutcome.FAILED, "answered nonsense"),
        (bad.silent, DnsOutcome.TIMEOUT, "did not answer"),
        (bad.garbage, DnsOutcome.TIMEOUT, "did not answer"),
        (bad.wrong_id, DnsOutcome.TIMEOUT, "did not answer"),
        (bad.wrong_question, DnsOutcome.TIMEOUT, "did not answer"),
        (bad.saying("198.51.100.1"), DnsOutcome.ANSWERED, ""),
    ],
)
def test_misbehaviour(behaviour: bad.Behaviour, outcome: DnsOutcome, reason: str) -> None:
    with DnsServer(RECORDS, {"shop.example": behaviour}) as server:
        patience = 0.3 if outcome is DnsOutcome.TIMEOUT else 2.0
        answer = one(Resolver((server.nameserver,), timeout=patience), Query("shop.example"))
    assert answer.outcome is outcome
    assert reason in answer.reason


def test_a_forged_answer_before_the_true_one_is_passed_over() -> None:
    def forged_first(question: Any, answer: Any, tcp: bool) -> Sequence[bytes]:
        forged = [*bad.wrong_id(question, answer, tcp), *bad.wrong_question(question, answer, tcp)]
        return [*forged, *bad.garbage(question, answer, tcp), answer.to_wire()]

    with DnsServer(RECORDS, {"shop.example": forged_first}) as server:
        answer = one(Resolver((server.nameserver,)), Query("shop.example"))
        assert answer.records == ("203.0.113.7", "203.0.113.8")
        assert server.asked("shop.example") == 1


def test_a_lost_answer_is_asked_for_again() -> None:
    def lost_once(question: Any, answer: Any, tcp: bool) -> Sequence[bytes]:
        return [] if server.questions["shop.example", "A"] == 1 else [answer.to_wire()]

    with DnsServer(RECORDS, {"shop.example": lost_once}) as server:
        answer = one(Resolver((server.nameserver,), timeout=1.0), Query("shop.example"))
        assert answer.outcome is DnsOutcome.ANSWERED
        assert server.asked("shop.example") == 2


@pytest.mark.parametrize("first", [bad.silent, bad.servfail, bad.refused])
def test_another_name_server_is_asked_where_one_fails(first: bad.Behaviour) -> None:
    with DnsServer(RECORDS, {"": first}) as lame, DnsServer(RECORDS) as sound:
        answer = one(Resolver((lame.nameserver, sound.nameserver), timeout=1.0), Query("shop.example"))
    assert answer.records == ("203.0.113.7", "203.0.113.8")


def test_where_all_fail_what_one_said_counts_more_than_silence() -> None:
    with DnsServer(RECORDS, {"": bad.silent}) as lame, DnsServer(RECORDS, {"": bad.refused}) as rude:
        resolver = Resolver((lame.nameserver, rude.nameserver, lame.nameserver), timeout=1.0)
        assert one(resolver, Query("shop.example")).outcome is DnsOutcome.REFUSED


def test_a_name_server_that_is_not_there() -> None:
    with DnsServer(RECORDS) as server:
        gone = server.nameserver
    answer = one(Resolver((gone,)), Query("shop.example"))
    assert answer.outcome is DnsOutcome.FAILED
    assert "could not be asked: connection refused" in answer.reason


def test_each_question_goes_out_once_a_round_and_fresh_ones_once_more() -> None:
    batches = [[Query("shop.example"), Query("Shop.Example.")], [Query("shop.example"), Query("shop.example", "MX")]]
    last = [Query("shop.example", fresh=True)]
    with DnsServer(RECORDS) as server:
        asked = [inquiry(*batches, last) for _ in range(20)]
        resolver = Resolver((server.nameserver,))
        found = resolver.ask_all(asked)
        assert dict(server.questions) == {("shop.example", "A"): 2, ("shop.example", "MX"): 1}
        for one_asked in asked:
            first, second, third = found[one_asked]
            assert set(first) == {Query("shop.example"), Query("Shop.Example.")}  # keyed as they were written
            assert first[Query("Shop.Example.")].records == second[Query("shop.example")].records
            assert third[Query("shop.example", fresh=True)].outcome is DnsOutcome.ANSWERED
        resolver.ask_all(asked[:1])
        assert server.questions["shop.example", "A"] == 4  # another round


def test_fresh_questions_wait_until_nobody_has_others() -> None:
    order: list[str] = []
    lock = threading.Lock()

    def noted(question: Any, answer: Any, tcp: bool) -> Sequence[bytes]:
        with lock:
            order.append(question.question[0].name.to_text())
        return [answer.to_wire()]

    short = inquiry([Query("fresh.example", fresh=True)])
    long = inquiry(*([Query(f"step{number}.example")] for number in range(10)), [Query("fresh.example", fresh=True)])
    failing = inquiry([Query("step0.example")], lookup=Lookup("failing", fail, Scope.SITE))
    with DnsServer(RECORDS, {"": noted}) as server:
        Resolver((server.nameserver,)).ask_all([short, long, failing])
    assert order == [*(f"step{number}.example." for number in range(10)), "fresh.example."]


def fail(target: Target, settings: Any) -> LookupSteps[None]:
    yield settings[0]
    raise KeyError("surprise")


def fail_at_once(target: Target, settings: Any) -> LookupSteps[None]:
    raise NotCheckedError("the site has no name", "give it one")
    yield []


def not_a_generator(target: Target, settings: Any) -> Any:
    raise ValueError("not even that")


def nonsense(target: Target, settings: Any) -> Any:
    yield ["shop.example", 5]


def endless(target: Target, settings: Any) -> LookupSteps[None]:
    while True:
        yield []


def too_many(target: Target, settings: Any) -> LookupSteps[None]:
    yield [Query(f"n{number}.example") for number in range(20_001)]


def silent(target: Target, settings: Any) -> LookupSteps[str]:
    yield from ()
    return "asked nothing"


@pytest.mark.parametrize(
    ("asking", "reason"),
    [
        (fail, "the check itself failed: KeyError: 'surprise'"),
        (fail_at_once, "the site has no name"),
        (not_a_generator, "the check itself failed: ValueError: not even that"),
        (nonsense, "the check itself failed: AttributeError"),
        (endless, "without an end"),
        (too_many, "20001 questions at once"),
    ],
)
def test_a_lookup_that_fails_costs_itself_only(caplog: pytest.LogCaptureFixture, asking: Any, reason: str) -> None:
    caplog.set_level(logging.CRITICAL)
    broken = inquiry([Query("shop.example")], lookup=Lookup("broken", asking, Scope.SITE))
    sound = inquiry([Query("shop.example")], [Query("shop.example", fresh=True)])
    with DnsServer(RECORDS) as server:
        found = Resolver((server.nameserver,)).ask_all([broken, sound])
        assert server.asked() == server.asked("shop.example") >= 2  # a busy machine may ask again
    assert isinstance(found[broken], Failure)
    assert reason in found[broken].reason
    assert found[sound][0][Query("shop.example")].outcome is DnsOutcome.ANSWERED


def test_a_lookup_may_ask_nothing_and_a_round_nobody() -> None:
    quiet = inquiry(lookup=Lookup("quiet", silent, Scope.SITE))
    assert Resolver(("127.0.0.1:9",)).ask_all([quiet]) == {quiet: "asked nothing"}
    assert Resolver(("127.0.0.1:9",)).ask_all([]) == {}


def test_a_part_of_the_dns_that_stays_silent_is_left_alone() -> None:
    names = [Query(f"n{number}.silent.example") for number in range(40)]
    with DnsServer({"n.sound.example": {"A": ["203.0.113.7"]}}, {"silent.example": bad.silent}) as server:
        asked = inquiry(names, [Query("n.sound.example")])
        silence, sound = Resolver((server.nameserver,), timeout=0.5, in_flight=16).ask_all([asked])[asked]
        assert {answer.outcome for answer in silence.values()} == {DnsOutcome.TIMEOUT}
        assert sum("not asked: none of " in answer.reason for answer in silence.values()) >= 40 - (16 + 15)  # in flight
        assert server.asked("silent.example") <= 2 * (16 + 16)
        assert sound[Query("n.sound.example")].outcome is DnsOutcome.ANSWERED


def test_a_part_of_the_dns_that_answers_now_and_then_is_asked_on() -> None:
    names = [Query("n.sound.below.example"), *(Query(f"n{number}.silent.below.example") for number in range(40))]
    records = {"n.sound.below.example": {"A": ["203.0.113.7"]}}
    with DnsServer(records, {"silent.below.example": bad.silent}) as server:
        asked = inquiry(names, [Query("later.below.example")])
        _, later = Resolver((server.nameserver,), timeout=0.5, in_flight=41).ask_all([asked])[asked]
        assert later[Query("later.below.example")].outcome is DnsOutcome.NXDOMAIN


def test_when_the_time_is_used_up_the_rest_is_not_asked() -> None:
    with DnsServer(RECORDS) as server:
        answer = one(Resolver((server.nameserver,), budget=-1.0), Query("shop.example"))
        assert server.asked() == 0
    assert answer == DnsAnswer(
        DnsOutcome.TIMEOUT, reason="not asked: the time for this round's DNS questions is used up"
    )


def test_no_more_questions_at_once_than_allowed() -> None:
    with DnsServer(RECORDS) as server:
        asked = inquiry([Query(f"n{number}.example") for number in range(300)])
        (heard,) = Resolver((server.nameserver,), in_flight=4).ask_all([asked])[asked]
        assert {answer.outcome for answer in heard.values()} == {DnsOutcome.NXDOMAIN}
        assert server.asked() == 300


def test_addresses_that_are_none_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="such as 127"):
        Resolver(("dns.example",))
