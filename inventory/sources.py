"""What the files of an inventory hold, merged by section and name, each entry with the place it was written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.mistakes import Mistake, key_path
from inventory.nodes import Node, Path, entries, locate

SECTIONS = (
    "settings", "services", "brand", "report", "schedule", "service", "clients", "hosts", "sites", "maintenance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One file that could be read."""

    file: str
    root: Node


@dataclass(frozen=True, slots=True)
class Written:
    """A part of the inventory and where it stands."""

    file: str
    line: int  # of its key
    path: Path
    node: Node

    @property
    def place(self) -> str:
        """File and line, for a message about something else."""
        return f"{self.file}:{self.line}"

    def below(self, *parts: str | int) -> "Written | None":
        """A part of it, None where it is not written."""
        node, line = self.node, self.line
        for part in parts:
            at, deeper = locate(node, (part,))
            if deeper is node:
                return None
            node, line = deeper, at
        return Written(self.file, line, (*self.path, *parts), node)

    def items(self) -> Iterator["Written"]:
        """The items of a list, with the place of each."""
        for index, node in enumerate(self.node.value if isinstance(self.node.value, list) else ()):
            yield Written(self.file, node.line, (*self.path, index), node)

    def mistake(self, message: str) -> Mistake:
        """Something wrong with it."""
        return Mistake(self.file, self.line, key_path(self.path), message)


Merged = Mapping[str, Mapping[str, Written]]
"""By section, then by name."""


def merge(sources: Sequence[Source], mistakes: list[Mistake]) -> Merged:
    """The sections of all files as one; a name written in two files is a mistake, the first one stays."""
    merged: dict[str, dict[str, Written]] = {section: {} for section in SECTIONS}
    for source in sources:
        for section, found in merged.items():
            part = entries(source.root).get(section)
            for name, entry in entries(part.node if part else None).items():
                written = Written(source.file, entry.line, (section, name), entry.node)
                if name in found:
                    mistakes.append(written.mistake(f"is written twice: first in {found[name].place}"))
                else:
                    found[name] = written
    return merged
