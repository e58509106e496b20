"""Comparisons as tables of text."""

from collections.abc import Iterator

from tests.benchmarks.measuring import Comparison, Goal

WIDTH = 44


def shown(comparison: Comparison) -> str:
    """A table of medians and ratios, the goals beside what was measured, and the remarks."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    runs = next(iter(comparison.runs.values()))
    served = any(run.server for run in runs)
    yield f"{comparison.title}; medians of {len(runs)} interleaved repetitions"
    rate = "     per s   CPU us each" if comparison.amount else ""
    server = "  server CPU s" if served else ""
    yield f"  {'':{WIDTH}}    wall s   x ours     CPU s   x ours{server}{rate}"
    for name in comparison.runs:
        wall, cpu = comparison.median(name, "wall"), comparison.median(name, "cpu")
        line = f"  {name:{WIDTH}} {wall:9.3f} {comparison.ratio(name, 'wall'):8.2f}"
        line += f" {cpu:9.3f} {comparison.ratio(name, 'cpu'):8.2f}"
        if served:
            line += f" {comparison.median(name, 'server'):13.2f}"
        if comparison.amount:
            line += f" {comparison.amount / wall:9.0f} {cpu / comparison.amount * 1e6:13.0f}"
        yield line
    yield from (_goal(comparison, goal) for goal in comparison.goals)
    yield from (f"  {remark}" for remark in comparison.remarks)


def _goal(comparison: Comparison, goal: Goal) -> str:
    measured = comparison.ratio(goal.peer, goal.of)
    verdict = "reached" if measured >= goal.least else "not reached"
    return f"  goal: {goal.of} of {goal.peer} >= {goal.least:.2f} x ours; measured {measured:.2f}: {verdict}"
