"""A host whose answers take too much time or memory to be judged is not checked, and no other host notices."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.collect.evaluate import Evaluation
from agent.collect.plan import Answer, AnswerOutcome, Limits, PlannedCheck, Selection
from agent.collect.resolver import Resolver
from agent.collect.ssh import HostKeys
from agent.collect.worker import HostWorker, Worker
from agent.run import RoundContext, collect_and_evaluate
from checks import Cause, State, Target
from checks.registry import Registry, load
from inventory.model import Host
from tests.agent.collect import hungry
from tests.agent.collect.asking import inventory

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(seconds=5.0, memory=400 * 1024 * 1024) as worker:
        yield worker


def _judged(host: HostWorker, word: str) -> Evaluation:
    due = PlannedCheck(hungry.check, Target(Host(name="web1")), hungry.Settings())
    return host(due, Answer(AnswerOutcome.ANSWERED, f"{word} {os.getpid()} "), {"x": 1}, NOW)


def test_another_process_judges_and_what_it_finds_and_remembers_comes_back(worker: Worker) -> None:
    judged = _judged(HostWorker(worker), "well")
    assert [(one.state, one.summary) for one in judged.findings] == [(State.OK, "well by another")]
    assert judged.memory == {"before": {"x": 1}, "at": NOW.isoformat()}


@pytest.mark.parametrize("word", ["spin", "die"])
def test_what_ends_the_process_costs_the_host_and_not_the_next_one(worker: Worker, word: str) -> None:
    bad = HostWorker(worker)
    before, ended, after = (_judged(bad, one) for one in ("well", word, "well"))
    assert before.findings[0].state is State.OK
    assert [one.findings[0].data["cause"] for one in (ended, after)] == [Cause.TOO_MUCH] * 2
    assert ended.memory is None
    assert _judged(HostWorker(worker), "well").findings[0].state is State.OK


def test_memory_beyond_the_limit_costs_the_check_alone(worker: Worker) -> None:
    host = HostWorker(worker)
    assert _judged(host, "swell").findings[0].data["cause"] == Cause.TOO_MUCH
    assert _judged(host, "well").findings[0].state is State.OK


def test_a_check_that_no_other_process_can_import_is_not_judged_there(worker: Worker) -> None:
    bare = replace(hungry.check, evaluate=lambda *_: hungry.evaluate("", None, {}, NOW))
    judged = HostWorker(worker)(
        PlannedCheck(bare, Target(Host(name="web1")), hungry.Settings()), Answer(AnswerOutcome.ANSWERED, "x 1"), {}, NOW
    )
    assert judged.findings[0].data["cause"] == Cause.OUR_FAULT


def test_every_check_of_ours_is_judged_there(worker: Worker) -> None:
    host = HostWorker(worker)
    for check in load().checks.values():
        if hasattr(check.probe, "parse"):
            due = PlannedCheck(check, Target(Host(name="web1")), check.settings)
            judged = host(due, Answer(AnswerOutcome.ANSWERED, "nonsense"), {}, NOW)
            assert [one.data["cause"] for one in judged.findings] == [Cause.NOT_UNDERSTOOD]


def test_a_round_judges_every_host_though_one_of_them_ends_the_worker() -> None:
    hosts = [Host(name=name, transport="local") for name in ("bad", "good", "large")]
    registry = Registry({"hungry": hungry.check}, {}, (), {}, {})
    context = RoundContext(inventory(*hosts), registry, Limits(), HostKeys(), Resolver(("127.0.0.1",)))
    seen = collect_and_evaluate(context, {}, Selection(), lambda _: None)
    found = {one.due.target.host.name: one.findings[0] for one in seen.judged}
    assert {name: one.state for name, one in found.items()} == {
        "bad": State.UNKNOWN,
        "good": State.OK,
        "large": State.OK,
    }
    assert found["bad"].data["cause"] == Cause.TOO_MUCH
