"""The probe's answer, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.findings import NotCheckedError

FIRST_LINE = "siterounds firewall 1"
LAST_LINE = "@ end"


@dataclass(frozen=True, slots=True)
class Part:
    """What one command printed, or a file held."""

    name: str
    code: int | None  # None: there is no such command or file
    by_sudo: bool
    path: str  # of the command or file
    text: str
    why: str = ""  # what it said when it failed

    @property
    def ok(self) -> bool:
        """Whether it was read."""
        return self.code == 0


Parts = Mapping[str, Part]


def parts(output: str) -> Parts:
    """The parts by name; NotCheckedError where the answer is cut or is not one."""
    lines = output.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    if not lines or lines[0] != FIRST_LINE or lines[-1] != LAST_LINE:
        raise NotCheckedError("the answer about the firewall is cut, or is something else")
    found: dict[str, Part] = {}
    header: list[str] = []
    said: list[str] = []
    why = ""
    for line in lines[1:]:
        if line.startswith("|"):
            said.append(line[1:])
        elif line.startswith("!"):
            why = line[1:].strip()
        elif line.startswith("@ "):
            if header:
                found.setdefault(header[0], _part(header, said, why))
            header, said, why = line[2:].split(" ", 3), [], ""
    return found


def _part(header: list[str], said: list[str], why: str) -> Part:
    name, code, how, path = (*header, "", "", "", "")[:4]
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 5 else None
    return Part(name, number, how == "sudo", path, "\n".join(said), why[:300])


def text_of(found: Parts, name: str) -> str:
    """A part's text, "" where it was not read."""
    part = found.get(name)
    return part.text if part is not None and part.ok else ""
