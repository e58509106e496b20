"""The benchmarks run, each in a tiny dose, and what they compare gives right answers. No time is judged."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks import dns, probe, rounds, startup
from tests.benchmarks.estate import estate
from tests.benchmarks.measuring import Comparison, Contender, Goal, Measured, interleaved, timed
from tests.benchmarks.showing import shown


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
