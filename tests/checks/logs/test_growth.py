"""Programs append and logrotate rotates between rounds, in any order: nothing is counted twice or lost in silence."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.checks.logs.site import PlainSite, nowhere
from tests.checks.logs.writers import append, fatal, numbered, pack, rotate_copy, rotate_dated, rotate_rename


class Growth(RuleBasedStateMachine):
    """The log, and a plain model of it: how many records are whole and not read yet."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="siterounds-growth-"))
        self.site = PlainSite(self.folder / "shop", nowhere(self.folder))
        self.site.sources({"path": "app.log", "format": "php"})
        self.log = self.site.root / "app.log"
        self.log.touch()
        self.unread = 0
        self.unfinished = ""
        self.destroyed = False
        self.traceable = False  # something that a round has seen was destroyed
        self.rotated = False  # since the last round
        self.seen = False  # the last round saw a line
        self.number = 0
        self.dates = 2026112200

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(dated=st.booleans(), history=st.integers(0, 3))
    def begin(self, dated: bool, history: int) -> None:
        self.dated = dated
        append(self.log, "".join(fatal(number) for number in range(history)))
        self.site.visit()
        self.seen = history > 0

    @rule(count=st.integers(1, 6), blank=st.booleans())
    def program_writes(self, count: int, blank: bool) -> None:
        self.program_ends_its_line()
        for _ in range(count):
            self.number += 1
            append(self.log, fatal(self.number) + "\n" * blank)
        self.unread += count

    @precondition(lambda self: not self.unfinished)
    @rule(cut=st.integers(1, 90))
    def program_is_in_the_middle_of_a_line(self, cut: int) -> None:
        self.number += 1
        record = fatal(self.number)
        append(self.log, record[:cut])
        self.unfinished = record[cut:]

    @precondition(lambda self: self.unfinished)
    @rule()
    def program_ends_its_line(self) -> None:
        if self.unfinished:
            append(self.log, self.unfinished)
            self.unfinished = ""
            self.unread += 1

    @rule(way=st.sampled_from(("rename", "copy")), packs=st.booleans())
    def logrotate_runs(self, way: str, packs: bool) -> None:
        self.program_ends_its_line()
        self.rotated = True
        if self.dated:
            self.dates += 1
            rotate_dated(self.log, str(self.dates))
            rotated = self.log.with_name(f"app.log-{self.dates}")
        else:
            (rotate_rename if way == "rename" else rotate_copy)(self.log)
            rotated = self.log.with_name("app.log.1")
        if packs:
            pack(rotated)

    @precondition(lambda self: not self.dated)
    @rule()
    def old_ones_are_packed(self) -> None:
        for number in numbered(self.log):
            plain = self.log.with_name(f"app.log.{number}")
            if plain.exists():
                pack(plain)

    @rule()
    def somebody_empties_it(self) -> None:
        self.program_ends_its_line()
        self.log.write_text("")
        self.destroyed = True
        self.traceable = self.traceable or (self.seen and not self.rotated)

    @rule()
    def somebody_removes_all(self) -> None:
        self.program_ends_its_line()
        for path in self.log.parent.glob("app.log*"):
            path.unlink()
        self.log.touch()
        self.destroyed = True
        self.traceable = self.traceable or self.seen

    @rule()
    def round_is_made(self) -> None:
        facts, _ = self.site.visit()
        count = sum(number for group in facts.groups for _, _, number in group.counts)
        [row] = facts.files
        assert count <= self.unread
        if not self.destroyed:
            assert count == self.unread
            assert not row.lost
        elif self.traceable:
            assert count == self.unread or row.lost
        self.unread = 0
        self.destroyed = self.traceable = self.rotated = False
        self.seen = "\n" in self.log.read_text()


TestGrowth = Growth.TestCase
TestGrowth.settings = settings(max_examples=25, stateful_step_count=25)
