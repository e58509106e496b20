"""The order of versions, held against PHP's own."""

import itertools
import json
import subprocess
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.platforms.versions import compare, newer, newest

_PHP = """
$pairs = json_decode(stream_get_contents(STDIN), true);
echo json_encode(array_map(function ($pair) { return version_compare($pair[0], $pair[1]); }, $pairs));
"""

_NUMBERS = ("0", "1", "2", "7", "9", "10", "00", "007", "2026", "99999999999999999999", "٣")
_WORDS = ("p", "pl", "pre", "rc", "RC", "Rc", "rC", "a", "alpha", "A", "b", "beta", "dev", "x", "N", "#N#", "é")
_MARKS = (".", ".", "..", "-", "_", "+", "#", "~", " ", "\t", "\n")

pieces = st.sampled_from((*_NUMBERS, *_WORDS, *_MARKS))
versions = st.lists(pieces, max_size=8).map("".join)
related = st.tuples(versions, versions).map(lambda both: (both[0], both[0] + both[1]))
pairs = st.lists(st.one_of(st.tuples(versions, versions), related), min_size=1, max_size=400)


def by_php(questions: Sequence[tuple[str, str]]) -> list[int]:
    """What PHP's version_compare says of each pair."""
    asked = json.dumps(questions).encode()
    done = subprocess.run(["php", "-r", _PHP], input=asked, capture_output=True, check=True, timeout=60)
    answers: list[int] = json.loads(done.stdout)
    return answers


@given(pairs)
@settings(max_examples=40, suppress_health_check=[HealthCheck.data_too_large])
def test_any_two_texts_have_the_order_that_php_gives_them(questions: list[tuple[str, str]]) -> None:
    assert [compare(*pair) for pair in questions] == by_php(questions)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=300))
@settings(max_examples=15)
def test_that_holds_for_text_of_any_kind(questions: list[tuple[str, str]]) -> None:
    encodable = [pair for pair in questions if not any("\ud800" <= letter <= "\udfff" for letter in "".join(pair))]
    assert [compare(*pair) for pair in encodable] == by_php(encodable)


def test_every_pair_of_a_thousand_real_and_odd_versions_agrees_with_php() -> None:
    forms = ["", "-dev", "-alpha", "a1", "-beta1", "b", "RC2", "-rc", "#", "pl1", "-p1", "-p10", ".0", ".", "-", "+1"]
    real = [f"{base}{form}" for base in ("1", "2.4.7", "6.9", "10.0.1", "v3", "2021.04") for form in forms]
    questions = [(left, right) for left in real for right in real]
    assert len(questions) > 9000
    assert [compare(*pair) for pair in questions] == by_php(questions)


@pytest.mark.parametrize(
    "rising",
    [
        ["2.4.7", "2.4.7-p1", "2.4.7-p3", "2.4.7-p10", "2.4.8-beta1", "2.4.8"],
        ["6.9-alpha-60000", "6.9-beta2", "6.9-RC1", "6.9", "6.9.1", "6.10"],
        ["1.0dev", "1.0alpha", "1.0b2", "1.0RC1", "1.0", "1.0pl1"],
        ["1", "1.0", "1.0.0", "1.0.0.1"],
        ["nothing", "dev", "alpha", "1"],
    ],
)
def test_releases_come_in_the_order_their_makers_gave_them(rising: list[str]) -> None:
    for earlier, later in itertools.pairwise(rising):
        assert compare(earlier, later) == -1
        assert compare(later, earlier) == 1


def test_a_text_without_end_takes_no_time_worth_naming() -> None:
    assert compare("#." * 1_000_000, "1") == compare("#." * 2048, "1")
    assert compare("1." * 1_000_000 + "1", "1." * 1_000_000) in (-1, 0, 1)


def test_what_is_not_known_is_not_newer() -> None:
    assert newer("1.1", "1.0")
    assert not newer("1.0", "1.0")
    assert not newer(None, "1.0")
    assert not newer("1.1", None)
    assert newest(None, "1.2", "1.10", None, "1.9") == "1.10"
    assert newest(None, None) is None
