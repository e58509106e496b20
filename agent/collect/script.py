"""Questions → the one POSIX sh script that asks them all on a host."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from agent.collect.plan import Question
from checks import Probe
from checks.platforms import Platform

SHELL = ("sh", "-c", 'eval "$(cat)"')
"""What a host is asked to run, with the script on standard input; quoted, it means the same to bash, csh and fish.

`sh -s` would do, too, but bash reads that byte by byte: a second for a large script on a slow host."""

SYSTEM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin:/run/current-system/sw/bin"
"""PATH of every probe. The host's own PATH is not used: it may begin with a folder that others write to."""

STDERR_LIMIT = 4000
"""Bytes of a probe's standard error that travel, the last ones."""

ARGUMENTS_LIMIT = 120_000
"""Bytes of one probe's text with its arguments; Linux refuses to start a program with a string of 131,072."""

PIECE = 10_000
"""Characters of a payload in one printf: short enough for a shell without one built in, and what payloads share."""

# Asks one probe, in a session of its own that can be killed as one. It gets the probe on its command line and the mark
# in its environment, because others on the host can read the first but not the second. Standard output goes straight
# through (3 is the transcript, 4 the pipe to head), standard error and then the exit code come back through 5. Killing
# the sleeping "dog" is how it says that it has ended; by KILL, because a gentler signal is lost on a dog that has not
# fallen asleep yet and is still the runner's copy, traps and all. `cat` stands between so that a probe that cannot be
# killed does not keep the runner's payload writer waiting for ever.
ASK = r"""
sr_id=$1 sr_dog=$2 sr_limit=$3 sr_fed=$4 sr_name=$5 sr_text=$6
shift 6
sr_mark=$SR_MARK
unset SR_MARK
exec 3>&1
sr_said=$(
  exec 5>&1
  {
    {
      if [ "$sr_fed" = - ]; then
        sh -c "$sr_text" "$sr_name" "$@" </dev/null 2>&1 >&4 3>&- 4>&- 5>&-
      else
        cat 2>/dev/null 3>&- 4>&- 5>&- | sh -c "$sr_text" "$sr_name" "$@" 2>&1 >&4 3>&- 4>&- 5>&-
      fi
      printf '\n%s' "$?"
    } 5>&- | tail -c STDERR_LIMIT >&5 3>&- 4>&-
  } 4>&1 | head -c "$sr_limit" >&3 4>&-
)
printf '\n%s error %s\n%s\n' "$sr_mark" "$sr_id" "$sr_said"
kill -KILL "$sr_dog" 2>/dev/null
""".replace("STDERR_LIMIT", str(STDERR_LIMIT))

# The runner never waits for a probe, only for the dog: a sleep as long as the probe's limit, which the probe's end cuts
# short. So a probe that cannot even be killed (a hung NFS stat, a sudo) costs its limit and no more, and nothing is
# needed in which shells differ: traps, `wait -n`, `timeout`. After a kill it waits a moment for the group to be gone,
# because a dying head could still write into the next section.
RUNNER = r"""
sr_frame() { printf '\n%s %s\n' "$sr_mark" "$*"; }
sr_clock() {
  if read -r sr_now sr_rest 2>/dev/null </proc/uptime; then :; else sr_now=$(date +%s); fi
}
sr_nap() { sleep 0.1 2>/dev/null || sleep 1; }
sr_stop() {
  [ -n "$sr_group" ] || return 0
  kill -KILL "-$sr_group" 2>/dev/null || kill -KILL "$sr_group" 2>/dev/null
  wait "$sr_group" 2>/dev/null
  sr_naps=0
  while [ "$sr_naps" -lt 10 ] && kill -0 "-$sr_group" 2>/dev/null; do
    sr_nap </dev/null >/dev/null
    sr_naps=$((sr_naps + 1))
  done
  sr_group=
}
sr_ask() {
  sr_id=$1 sr_seconds=$2 sr_limit=$3 sr_feed=$4
  shift 4
  sr_clock
  sr_frame begin "$sr_id" "$sr_now"
  sleep "$sr_seconds" </dev/null >/dev/null 2>&1 &
  sr_dog=$!
  if [ "$sr_feed" = - ]; then
    SR_MARK=$sr_mark $sr_apart sh -c "$sr_asking" sr "$sr_id" "$sr_dog" "$sr_limit" "$sr_feed" "$@" </dev/null &
  else
    "$sr_feed" </dev/null 2>/dev/null |
      SR_MARK=$sr_mark $sr_apart sh -c "$sr_asking" sr "$sr_id" "$sr_dog" "$sr_limit" "$sr_feed" "$@" &
  fi
  sr_group=$!
  if wait "$sr_dog" 2>/dev/null; then
    sr_stop
    sr_clock
    sr_frame late "$sr_id" "$sr_now"
    if [ -z "$sr_apart" ]; then
      sr_frame stuck
      exit 0
    fi
  else
    wait "$sr_group" 2>/dev/null
    sr_clock
    sr_frame end "$sr_id" "$sr_now"
  fi
  sr_group=
}
"""

START = r"""
LC_ALL=C
PATH=SYSTEM_FOLDERS
export LC_ALL PATH
unset CDPATH LANGUAGE SR_MARK
sr_apart=
sr_group=
sr_dog=
if command -v setsid >/dev/null 2>&1; then sr_apart=setsid; fi
renice -n 19 -p "$$" </dev/null >/dev/null 2>&1
ionice -c 3 -p "$$" </dev/null >/dev/null 2>&1
trap 'sr_stop; kill -KILL "$sr_dog" 2>/dev/null; exit 143' HUP INT TERM
sr_frame hello "$(id -un </dev/null 2>/dev/null)"
""".replace("SYSTEM_FOLDERS", SYSTEM_FOLDERS)


def build(questions: Sequence[Question], platforms: Sequence[Platform], mark: str) -> str:
    """The script whose standard output is a transcript framed by `mark`, to be run by `SHELL`.

    `mark` is an unguessable word of letters and digits; it never stands on a command line. Nothing runs before the last
    line has arrived. ValueError for a mark or a question's id that could not be told from the script's own words.
    """
    for word in (mark, *(question.id for question in questions)):
        if not (word.isascii() and word.isalnum()):
            raise ValueError(f"{word!r} must be letters and digits")
    payloads, feeds = _payloads(questions, platforms)
    texts = {text: f"sr_text_{number}" for number, text in enumerate(dict.fromkeys(q.probe.script for q in questions))}
    return "\n".join(
        [
            RUNNER.strip(),
            *payloads,
            "sr_rounds() {",
            f"sr_mark={mark}",
            f"sr_asking={quote(ASK)}",
            *(f"{name}={quote(text)}" for text, name in texts.items()),
            START.strip(),
            *(_ask(question, feeds, texts) for question in questions),
            "sr_frame bye",
            "}",
            "sr_rounds; exit",
            "",
        ]
    )


def quote(text: str) -> str:
    """The text as one word of any POSIX shell. A NUL, which no argument can hold, becomes U+FFFD."""
    return "'" + text.replace("\0", "\ufffd").replace("'", "'\\''") + "'"


def encode(text: str) -> bytes:
    """The bytes of a script; characters that no encoding has (from a host's JSON) become question marks."""
    return text.encode("utf-8", "replace")


def _payloads(
    questions: Sequence[Question], platforms: Sequence[Platform]
) -> tuple[list[str], dict[Callable[[Sequence[Platform]], str], str]]:
    """Shell functions that print the payloads, and the right one's name by who makes the payload.

    What payloads have in common travels once: long ones begin alike, and are made of equal pieces as far as they do. No
    here-documents: bash writes those to a file, and the disk may be full.
    """
    makers = dict.fromkeys(question.probe.payload for question in questions if question.probe.payload)
    made = {maker: maker(platforms) for maker in makers}
    names = {text: f"sr_payload_{number}" for number, text in enumerate(dict.fromkeys(made.values()))}
    cut = {text: [text[start : start + PIECE] for start in range(0, len(text), PIECE)] for text in names}
    every = dict.fromkeys(piece for pieces in cut.values() for piece in pieces)
    parts = {piece: f"sr_piece_{number}" for number, piece in enumerate(every)}
    functions = [f"{name}() {{ printf %s {quote(piece)}; }}" for piece, name in parts.items()]
    for text, name in names.items():
        functions.append(f"{name}() {{ {'; '.join(parts[piece] for piece in cut[text]) or ':'}; }}")
    return functions, {maker: names[text] for maker, text in made.items()}


def _ask(question: Question, feeds: dict[Callable[[Sequence[Platform]], str], str], texts: dict[str, str]) -> str:
    """The line that asks one question, or that says why it cannot be asked."""
    probe: Probe[Any] = question.probe
    arguments = [quote(argument) for argument in question.arguments]
    if sum(len(encode(text)) for text in (probe.script, *question.arguments)) > ARGUMENTS_LIMIT:
        refusal = f"{probe.name}: more than {ARGUMENTS_LIMIT} bytes of arguments\ncause: too-much\n126\n"
        said = f'printf %s "$sr_mark error {question.id}"{quote(chr(10) + refusal)}'
        return f'sr_frame begin {question.id} 0; printf "\\n"; {said}; sr_frame end {question.id} 0'
    words = [
        "sr_ask",
        question.id,
        str(max(1, math.ceil(probe.timeout))),
        str(probe.output_limit + 1),
        feeds[probe.payload] if probe.payload else "-",
        quote(probe.name),
        f'"${texts[probe.script]}"',
        *arguments,
    ]
    return " ".join(words)
