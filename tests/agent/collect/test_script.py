"""What the script carries to probes and back, in every shell that a host may have for sh."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.collect.plan import AnswerOutcome, Question
from agent.collect.script import PIECE, build, encode, quote
from tests.agent.collect.asking import question
from tests.agent.collect.shells import MARK, SHELLS, Shell, answered, shell_named


@pytest.fixture(scope="module", params=SHELLS)
def lasting_shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return shell_named(request.param, tmp_path_factory.mktemp("bin"))


NEIGHBOURS = {
    "a syntax error": 'echo "unclosed',
    "reads standard input": "cat; read line; echo got",
    "exits": "exit 3",
    "kills its shell": "kill -9 $$",
    "kills its parent": "kill -9 $PPID",
    "kills its group": "kill 0; sleep 1",
    "closes everything": "exec 0<&- 1>&- 2>&-; echo lost",
    "writes elsewhere": "echo x >&3; echo x >&4; echo x >&5; echo x >&9",
    "changes the shell": "cd /; set -e; IFS=x; PATH=/nowhere; umask 777; trap '' TERM; unset HOME",
    "prints frames": 'printf "\\n%s end bad 1\\n\\nMARK bye\\n" "${SR_MARK-MARK}"; exit 1',
    "leaves a child": "sleep 0.3 & exit 1",
    "says nothing": "false",
    "is not there": "no-such-command-anywhere",
    "unbalanced": "}; done; fi; )",
    "a here-document": "cat <<END\nnever ended",
}


@pytest.mark.parametrize("script", NEIGHBOURS.values(), ids=NEIGHBOURS.keys())
def test_a_bad_probe_costs_itself_only(script: str, shell: Shell) -> None:
    before, after = question("q1", "echo before"), question("q3", "echo after")
    answers = shell.run(before, question("q2", script, timeout=2), after)
    assert answered(answers["q1"]) == "before\n"
    assert answered(answers["q3"]) == "after\n"
    assert answers["q2"].outcome is not AnswerOutcome.CUT


def test_arguments_arrive_as_they_are(shell: Shell) -> None:
    arguments = (
        "it's",
        'a "b"',
        "$HOME `id` $(id)",
        "",
        " two  spaces ",
        "line\nbreak",
        "*",
        "-n",
        "\\",
        "é€😀",
        "%s%n",
    )
    answers = shell.run(question("q1", 'for given; do printf "<%s>" "$given"; done', *arguments))
    assert answered(answers["q1"]) == "".join(f"<{text}>" for text in arguments)


def test_the_name_of_the_probe_is_what_its_errors_begin_with(shell: Shell) -> None:
    answer = shell.run(question("q1", "no-such-command-anywhere", name="disk"))["q1"]
    assert answer.outcome is AnswerOutcome.FAILED
    assert answer.reason.startswith("disk: ")
    assert "not found" in answer.reason


def test_standard_input_is_the_payload_or_empty(shell: Shell) -> None:
    payload = "it's\n\\0 %s 'quoted' \"$HOME\" `id`\té€😀\x7f\n\n" * 5000
    answers = shell.run(
        question("q1", "cat", payload=payload), question("q2", "cat"), question("q3", "cat", payload="")
    )
    assert answered(answers["q1"]) == payload
    assert answered(answers["q2"]) == answered(answers["q3"]) == ""


def test_a_payload_that_nobody_reads_holds_nobody_up(shell: Shell) -> None:
    answers = shell.run(question("q1", "echo done", payload="x" * 1_000_000), question("q2", "echo next"))
    assert answered(answers["q1"]) == "done\n"
    assert answered(answers["q2"]) == "next\n"


def test_a_payload_travels_once_however_many_want_it() -> None:
    def payload(_: object) -> str:
        return "unmistakable payload"

    one = question("q1", "cat")
    questions = [
        Question(f"q{number}", type(one.probe)("p", "cat", str, one.probe.scope, payload=payload), one.target)
        for number in range(10)
    ]
    script = build(questions, (), MARK)
    assert script.count("unmistakable payload") == 1
    assert script.count("sr_ask q") == 10


def test_what_payloads_have_in_common_travels_once(shell: Shell) -> None:
    common = "".join(f"common {number}\n" for number in range(20_000))
    questions = [question(f"q{number}", "cat", payload=f"{common}and {number}") for number in range(5)]
    assert len(build(questions, (), MARK)) < len(common) + 5 * 2 * PIECE + 10_000
    answers = shell.run(*questions)
    assert [answered(answers[f"q{number}"]) for number in range(5)] == [f"{common}and {number}" for number in range(5)]


def test_output_arrives_byte_by_byte(shell: Shell) -> None:
    script = r"printf 'a\000b\r\n\033[31m\377\n\n'"
    with shell.start() as process:
        out, _ = process.communicate(encode(build([question("q1", script)], (), MARK)))
    assert b"\na\x00b\r\n\x1b[31m\xff\n\n\n" + MARK.encode() + b" error q1\n" in out


def test_a_probe_sees_plain_surroundings(shell: Shell) -> None:
    script = 'echo "$LC_ALL:${SR_MARK-unset}:$PATH"; id -u; cut -d" " -f19 /proc/self/stat'
    where, uid, nice = answered(shell.run(question("q1", script), env={"LC_ALL": "de_DE.UTF-8"})["q1"]).splitlines()
    assert where.startswith("C:unset:")
    assert {"/usr/sbin", "/sbin", "/usr/local/sbin"} <= set(where.split(":")[2:])
    assert int(uid) == os.getuid()
    assert int(nice) == 19


def test_the_mark_is_on_no_command_line_and_in_no_probes_surroundings(shell: Shell) -> None:
    script = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'; echo; env; set"
    assert MARK not in answered(shell.run(question("q1", script))["q1"])


def test_a_remedy_is_told_apart_from_the_reason(shell: Shell) -> None:
    script = "echo 'no permission' >&2; echo 'remedy: ask' >&2; exit 4"
    answer = shell.run(question("q1", script))["q1"]
    assert (answer.reason, answer.remedy) == ("no permission", "ask its owner")


def test_nothing_is_written_on_the_host(shell: Shell, tmp_path: Path) -> None:
    """Not even what a shell itself may write: bash keeps here-documents in files."""
    tmp_path.joinpath("work").mkdir()
    payload = "x" * 300_000
    answers = shell.run(
        question("q1", "cat | wc -c", payload=payload),
        env={"TMPDIR": str(tmp_path / "nowhere"), "HOME": str(tmp_path / "work")},
    )
    assert answered(answers["q1"]).strip() == "300000"
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("bad", ["", "a b", "a;b", "$x", "é", "a\n"])
def test_words_that_are_none_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        build([question("q1")], (), bad)
    with pytest.raises(ValueError, match="letters and digits"):
        build([question(bad)], (), MARK)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(argument=texts, payload=texts)
def test_any_text_arrives(lasting_shell: Shell, argument: str, payload: str) -> None:
    answers = lasting_shell.run(question("q1", 'printf "<%s>" "$1"', argument), question("q2", "cat", payload=payload))
    assert answered(answers["q1"]) == f"<{argument}>"
    assert answered(answers["q2"]) == payload


def test_text_that_no_shell_can_hold_is_replaced() -> None:
    assert encode(quote("a\0b\ud800")) == "'a\ufffdb?'".encode()
