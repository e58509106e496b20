"""The benchmarks run, each in a tiny dose, and what they compare gives right answers. No time is judged."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
import requests

from agent.integrations.rate_limit import Limit
from tests.benchmarks import delivery, dns, probe, rounds, startup
from tests.benchmarks.estate import estate
from tests.benchmarks.measuring import Comparison, Contender, Goal, Measured, interleaved, timed
from tests.benchmarks.messages import as_requests, fill
from tests.benchmarks.showing import shown
from tests.standins import Fault, How


@pytest.mark.parametrize(("light", "hosts"), [(True, 2), (False, 1)])
def test_a_round_over_few_hosts(light: bool, hosts: int, tmp_path: Path) -> None:
    done = rounds.compare(tmp_path, hosts, 1, None, light)
    assert {"siterounds", rounds.SSH_CURVE, rounds.SSH_DEFAULT, rounds.PARAMIKO} <= set(done.runs)
    assert all(run.cpu > 0 and run.server > 0 for some in done.runs.values() for run in some)
    for peer in (rounds.ANSIBLE, rounds.ASYNCSSH):
        assert peer in done.runs or f"Left out: {peer}" in shown(done)


def test_a_host_that_did_not_answer_spoils_the_benchmark(tmp_path: Path) -> None:
    with estate(tmp_path, 1, light=True) as made:
        (made.folder / "all.sh").write_text("echo hello")
        with pytest.raises(AssertionError, match="did not answer trivial"):
            rounds._Runner(made)(rounds._ssh(made, made.folder / "all.sh", made.folder / "output"), rounds._from_whole)


def test_a_wordpress(tmp_path: Path) -> None:
    done = probe.compare(tmp_path, 1, plugins=2, people=1)
    assert len(done.runs) == 4
    assert "stood in for" in shown(done)


def test_dns_questions(tmp_path: Path) -> None:
    done = dns.compare(tmp_path, 200, 1)
    assert done.amount == 200
    assert list(done.runs) == ["siterounds", dns.SYNC, dns.ASYNC]


def test_starting(tmp_path: Path) -> None:
    titles = [one.title for one in startup.compare(tmp_path, (20,), 1, None)]
    assert titles == ["Starting", "An inventory of 20 sites on 2 hosts"]


def test_few_messages(tmp_path: Path) -> None:
    done = delivery.compare(tmp_path, 4)
    assert list(done.runs) == [delivery.OURS, delivery.RETRY, delivery.SLEEP]
    assert done.amount == 4
    assert all(run.wall > 0 and run.cpu > 0 for some in done.runs.values() for run in some)
    asked = [next(line for line in done.remarks if line.startswith(f"{name}: ")) for name in done.runs]
    assert "counted 0: reached" in shown(done)
    assert "0 answered 429" in asked[0]
    assert all("8 requests, 0 answered 429" in line for line in asked[1:])


def test_messages_are_as_rounds_write_them(tmp_path: Path) -> None:
    waiting = fill(tmp_path, 2, delivery.services("http://127.0.0.1:1", "http://127.0.0.1:2"))
    assert Counter(str(one.action) for one in waiting) == {"open": 4, "update": 2, "book": 2}
    asked = as_requests(waiting)
    opened = {one["external_id"] for one in asked["open"]}
    assert len(opened) == 4
    assert {one["external_id"] for one in asked["update"]} < opened
    assert {one["body"]["ticket"]["priority"] for one in asked["update"]} == {"high"}
    assert {one["body"]["hours"] for one in asked["book"]} == {0.25}


def test_a_429_is_counted_and_no_other_rule_may_be_broken(tmp_path: Path) -> None:
    with delivery.office(1) as office:
        urls = office.zendesk.url, office.harvest.url
        waiting = fill(tmp_path / "state", 1, delivery.services(*urls))
        (tmp_path / "work").write_text(json.dumps(as_requests(waiting)))
        office.zendesk.fault("POST /api/v2/tickets", Fault(How.TOO_MANY, retry_after=0), times=2)
        run = delivery.measured([delivery.PEERS / "requests_delivery.py", "retry", tmp_path / "work", *urls])
        delivery.verify("they", office, waiting)
        assert "10 requests, 2 answered 429" in delivery.remark("they", office, run)
        assert "counted 2: not reached" in delivery.goal(office)
        with pytest.raises(AssertionError, match="they delivered"):
            delivery.verify("they", office, waiting[1:])
        requests.get(f"{office.harvest.url}/v2/users/me", timeout=5)
        with pytest.raises(AssertionError, match="they broke a rule: GET /v2/users/me: User-Agent"):
            delivery.verify("they", office, waiting)


@pytest.mark.parametrize(("requests", "seconds"), [(0, 0), (1, 0), (100, 0), (101, 15), (200, 15), (201, 30)])
def test_the_least_time_of_requests(requests: int, seconds: float) -> None:
    assert delivery.least_time(requests, Limit("any", 100, 15.0)) == seconds


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ((), 0),
        ((0.0, 1.0), 0),
        ((0.0, 1.0, 2.0), 8),
        ((0.0, 1.0, 2.0, 10.0), 8 + 1),
        ((0.0, 4.0, 11.0, 14.0), 0),
        ((0.0, 0.0, 0.0, 50.0), 10),
    ],
)
def test_while_a_service_is_used_up(times: tuple[float, ...], seconds: float) -> None:
    assert delivery.used_up(times, Limit("any", 3, 10.0)) == seconds


def test_contenders_take_turns_at_being_the_first() -> None:
    order: list[str] = []

    def contender(name: str, wall: float) -> Contender:
        def run() -> Measured:
            order.append(name)
            return Measured(wall, wall / 2)

        return Contender(name, run)

    runs = interleaved([contender("ours", 2), contender("theirs", 5)], 3)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    comparison = Comparison("A thing", runs, [Goal("theirs", "wall", 2.5), Goal("theirs", "cpu", 3)])
    assert comparison.ratio("theirs", "wall") == 2.5
    assert "measured 2.50: reached" in shown(comparison)
    assert "measured 2.50: not reached" in shown(comparison)


def test_a_failing_program_is_an_error_with_its_words() -> None:
    with pytest.raises(RuntimeError, match="ended with 3: no such luck"):
        timed([sys.executable, "-c", "import sys; sys.stderr.write('no such luck'); sys.exit(3)"])
