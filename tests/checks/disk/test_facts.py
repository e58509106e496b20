"""What the disk probe's answers are read as."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.disk import Settings, evaluate, parse
from checks.disk.facts import Deleted, Expected, Facts, PathUsage, Space
from checks.findings import NotCheckedError
from tests.checks.disk.answers import answer, disk
from tests.checks.disk.test_evaluate import NOW

WORDS = [
    "mount",
    "space",
    "df",
    "refused",
    "hung",
    "cut",
    "big",
    "place",
    "many",
    "blind",
    "blinds",
    "deleted",
    "fstab",
]
WORDS += ["automount", "uncounted", "end", "siterounds disk 1", ""]


def test_one_of_everything() -> None:
    facts = parse(
        answer(
            r"fstab UUID=1 /var/my\040files ext4 rw,nofail 0 2",
            "fstab tmpfs",
            "automount /net",
            "mount 1 254:1 / /var ro,relatime ext4 /dev/vda1 rw,errors=remount-ro",
            "mount 2 0:40 /export /mnt rw,relatime nfs4 files:/export rw,vers=4.2",
            "mount 3 254:3 / /secret rw ext4 /dev/vda3 rw",
            "space 1 4096 1000 300 200 500 100",
            "hung 2",
            "refused 3 stat: Permission denied",
            "big 1 1200\t/var/log",
            "blind 1 du: cannot read directory '/var/x': Permission denied",
            "blinds 1 7",
            "cut 1",
            "many inodes:1 300\t/var/sessions",
            "place places 5000\t/home/a b",
            "deleted 64769 5000000 712 mysqld",
            "uncounted 0",
        )
    )
    var, mnt, secret = facts.mounts
    assert (var.point, var.device, var.type, var.source, var.writable) == ("/var", "254:1", "ext4", "/dev/vda1", False)
    assert var.space == Space(used=700 * 4096, available=200 * 4096, inodes=500, inodes_used=400)
    assert var.space.used_percent == pytest.approx(77.78, abs=0.01)
    assert var.big is not None
    assert var.big.places == (PathUsage("/var/log", 1200 * 1024),)
    assert (var.big.unreadable, var.big.cut_short) == (7, True)
    assert var.many is not None
    assert var.many.places == (PathUsage("/var/sessions", 300),)
    assert (mnt.hung, mnt.root, mnt.space) == (True, "/export", None)
    assert secret.refused == "stat: Permission denied"
    assert facts.expected == (Expected("/var/my files", "ext4", frozenset({"rw", "nofail"})),)
    assert facts.automounts == {"/net"}
    assert facts.known_places == (PathUsage("/home/a b", 5000 * 1024),)
    assert facts.deleted == (Deleted("253:1", 5000000, "712", "mysqld"),)
    assert not facts.inodes_searched


@pytest.mark.parametrize(
    "numbers",
    [
        "",
        "1 2 3",
        "a b c d e f",
        "4096 10 20 5 1 1",
        "-1 2 3 4 5 6",
        f"{2**60} {2**60} 1 1 1 1",
        "9" * 5000,
        "\N{FULLWIDTH DIGIT ONE} 2 1 1 1 1",
    ],
)
def test_numbers_that_cannot_be_are_no_numbers(numbers: str) -> None:
    facts = parse(answer("mount 1 254:1 / /var rw ext4 /dev/vda1 rw", f"space 1 {numbers}"))
    assert facts.mounts[0].space is None
    assert facts.mounts[0].refused


def test_inode_counts_that_cannot_be_cost_only_themselves() -> None:
    facts = parse(answer("mount 1 254:1 / /var rw btrfs /dev/vda1 rw", f"space 1 4096 10 5 5 0 {2**64 - 1}"))
    assert facts.mounts[0].space == Space(used=5 * 4096, available=5 * 4096, inodes=0, inodes_used=0)


def test_df_is_read_from_the_right() -> None:
    facts = parse(
        answer(
            "mount 1 0:9 / /mnt rw cifs //nas/a 100% b rw",
            "df 1 //nas/a 100% b 1000 800 150 85- //nas/a 100% b 500 20 480 4",
            "mount 2 0:10 / /m rw cifs //nas/c rw",
            "df 2 //nas/c 1000 800 150 85- //nas/c 0 0 0 -",
        )
    )
    assert facts.mounts[0].space == Space(800 * 1024, 150 * 1024, 500, 20)
    assert facts.mounts[1].space == Space(800 * 1024, 150 * 1024, 0, 0)


@pytest.mark.parametrize(
    "output", ["", "end", "siterounds disk 1", "siterounds disk 1\nmount 1", "<html>", "end\nsiterounds disk 1", "\0"]
)
def test_half_an_answer_is_none(output: str) -> None:
    with pytest.raises(NotCheckedError):
        parse(output)


def test_no_cut_is_taken_for_the_whole() -> None:
    whole = answer(disk(1, "/"), disk(2, "/var"), "big 2 500\t/var/log").rstrip("\n")
    for length in range(len(whole)):
        with pytest.raises(NotCheckedError):
            parse(whole[:length])


lines = st.one_of(
    st.text(max_size=80),
    st.builds(
        lambda word, key, rest: f"{word} {key} {rest}",
        st.sampled_from(WORDS),
        st.sampled_from(["1", "2", "inodes:1", "places", "x"]),
        st.text(alphabet="0123456789 /\t\\rwonfs,:-%\x00\x1b<é\udc80", max_size=60),
    ),
    st.just(disk(1, "/")),
    st.just(disk(2, "/var", used=99)),
)


@given(st.lists(lines, max_size=30))
def test_nonsense_is_read_as_facts_or_refused(parts: list[str]) -> None:
    facts = parse(answer(*parts))
    assert isinstance(facts, Facts)
    judged = evaluate(facts, Settings(), {}, NOW)
    json.dumps(judged.memory, allow_nan=False)
    items = [finding.item for finding in judged.findings]
    assert len(items) == len(set(items)), "two findings about one item"


def test_a_million_places_cost_little() -> None:
    many = (f"big 1 {number}\t/var/{number}" for number in range(100_000))
    facts = parse(answer(disk(1, "/", used=99), *many))
    assert facts.mounts[0].big is not None
    assert len(facts.mounts[0].big.places) == 1000
