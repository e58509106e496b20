"""The benchmark of reports runs in a tiny dose. No time is judged."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks import mail
from tests.benchmarks.showing import shown


def test_few_reports(tmp_path: Path) -> None:
    usual, large = mail.compare(tmp_path, 1, 1, None)
    assert list(usual.runs) == list(large.runs) == [mail.OURS, mail.WHOLE]
    assert "ms CPU for the whole mail of three sites; measured" in shown(usual)
    assert "Left out: the same, inlined by premailer" in shown(large)


def test_a_python_without_premailer_is_known() -> None:
    assert not mail.has_premailer(Path(sys.executable))


def test_a_report_that_is_not_the_same_twice_spoils_the_benchmark() -> None:
    made = iter(("once", "once", "twice"))
    with pytest.raises(AssertionError, match="differs"):
        mail.timed(lambda: next(made), 2)
