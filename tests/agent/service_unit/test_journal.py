"""What the journal gets: read back as the journal reads it, from a socket of our own."""

import logging
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.service.sd_notify import Journal, datagram, journal_listens, priority

NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)


def _read(data: bytes) -> dict[str, str]:
    """The fields of a datagram, by the journal's own rules."""
    found = {}
    while data:
        line, _, data = data.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = struct.unpack("<Q", data[:8])[0]
            value, data = data[8 : 8 + length], data[9 + length :]
        found[name.decode()] = value.decode()
    return found


@given(st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=200)))
def test_any_text_comes_back_as_it_was(fields: dict[str, str]) -> None:
    assert _read(datagram(fields)) == fields


@pytest.mark.parametrize("name", ["", "small", "_HIDDEN", "A=B", "A\nB", "A" * 60])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        datagram({name: "x"})


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind(str(tmp_path / "socket"))
        one.settimeout(5)
        yield one


def test_a_record_says_what_it_is_about(heard: socket.socket, tmp_path: Path) -> None:
    log = logging.getLogger("siterounds.test_journal")
    log.propagate = False
    journal = Journal(tmp_path / "socket")
    log.addHandler(journal)
    try:
        log.warning("late by %d s\nPRIORITY=0", 7, extra={"about": {"SITE": "shop", "CLIENT": "harbour"}})
    finally:
        log.removeHandler(journal)
        journal.close()
    found = _read(heard.recv(100_000))
    assert found["MESSAGE"] == "late by 7 s\nPRIORITY=0"
    assert (found["PRIORITY"], found["SITEROUNDS_SITE"], found["SITEROUNDS_CLIENT"]) == ("4", "shop", "harbour")


def test_levels_are_those_of_the_journal() -> None:
    levels = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)
    assert [priority(level) for level in levels] == [7, 6, 4, 3, 2]


def test_the_journal_is_used_where_standard_error_leads_to_it(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        found = os.fstat(file.fileno())
        name = f"{found.st_dev}:{found.st_ino}"
        assert journal_listens({"JOURNAL_STREAM": name}, file.fileno())
        assert not journal_listens({"JOURNAL_STREAM": "1:2"}, file.fileno())
        assert not journal_listens({}, file.fileno())
