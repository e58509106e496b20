"""A round over planted faults misses nothing and invents nothing; over what was mended, it finds nothing."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.agent.cli.command import Done
from tests.end_to_end.estate import SECRETS, Estate
from tests.end_to_end.faults import OUTDATED, Truth, mend, plant, told, truth
from tests.end_to_end.host import OPEN_PORT

ROUNDS = 3
"""Over the faulty estate, and again over the mended one."""


@dataclass(frozen=True, slots=True)
class Story:
    """Rounds over the faulty estate, then over the same one mended, all with one memory."""

    faulty: tuple[Done, ...]
    mended: tuple[Done, ...]
    truth: Mapping[Truth, str]
    visits: tuple[int, ...]  # log-ins that each faulty round took
    checked: tuple[Done, Done]  # `check` of the faulty estate, and of the mended one
    changed: tuple[str, ...]  # files and tables that were not as before after the faulty rounds
    left: tuple[str, ...]  # processes and files of the account that logs in, after all rounds
    opened: Mapping[int, int]  # incident → how often it was opened, after the faulty rounds
    report: Path
    state: Path
    said: tuple[str, ...]  # all that any command wrote

    @property
    def first(self) -> Any:
        """The first faulty round, as its JSON says it."""
        return self.faulty[0].json


@pytest.fixture(scope="session")
def story(built: Estate) -> Iterator[Story]:
    with ExitStack() as stack:
        opened = built.host.network.listening([OPEN_PORT], ["tcp"], ["0.0.0.0"])
        stack.enter_context(opened)
        yield _told(built)


def _told(built: Estate) -> Story:
    plant(built)
    inventory, report = built.inventory("story"), built.desk / "report.html"
    before, visits, faulty = built.fingerprint(), [], []
    for _ in range(ROUNDS):
        logged_in = built.host.visits()
        faulty.append(built.siterounds(inventory, "run", "--format", "json", lists="listed"))
        visits.append(built.host.visits() - logged_in)
    written = built.siterounds(inventory, "report", "--html", str(report))
    looked = built.siterounds(inventory, "check", lists="listed")
    after = built.fingerprint()
    opened = _opened(built.state(inventory))
    mend(built)
    # Half an hour without it is quiet enough for an error of an hour ago.
    quiet = {"logs": "{quiet_hours: 0.5, nginx: [], apache: [], fpm: [], fpm_logs: [], usual: []}"}
    mended = []
    for number in range(ROUNDS):
        settings = quiet | ({"firewall": "{changed_days: 0}"} if number else {})
        mended.append(built.siterounds(built.inventory("story", settings=settings), "run", "--format", "json"))
    everything = built.siterounds(inventory, "incidents", "--all", "--format", "json")
    looked_again = built.siterounds(inventory, "check")
    spoken = (*faulty, written, looked, *mended, everything, looked_again)
    return Story(
        tuple(faulty),
        (*mended, everything),
        truth(built),
        tuple(visits),
        (looked, looked_again),
        tuple(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)),
        tuple(built.host.left_by(built.host.deploy)),
        opened,
        report,
        built.state(inventory),
        tuple(text for done in spoken for text in (done.out, done.err)),
    )


def _opened(state: Path) -> dict[int, int]:
    with closing(sqlite3.connect(state / "siterounds.sqlite")) as store:
        rows = store.execute("SELECT incident_id, count(*) FROM change GROUP BY 1").fetchall()
    return dict(rows)


def test_nothing_is_missed_and_nothing_is_invented(story: Story) -> None:
    found = told(story.first)
    print()
    for fact, how in story.truth.items():
        site, check, item, state = fact
        word = "found " if fact in found else "MISSED"
        print(f"{word}  {site or '(host)':7} {check:9} {state:9} {item}  <- {how}")
    for fact in set(found) - set(story.truth):
        print("INVENTED", fact)
    assert set(found) == set(story.truth)
    assert len(found) == len(set(found)), "nothing is said twice"


def test_every_round_over_the_same_faults_says_the_same(story: Story) -> None:
    assert [set(told(done.json)) for done in story.faulty] == [set(story.truth)] * ROUNDS


def test_all_that_was_due_was_looked_at(story: Story) -> None:
    for done in story.faulty:
        assert done.json["coverage"]["not_run"] == []
        assert done.json["coverage"]["ran"] == done.json["coverage"]["due"] == 3 + 4 * 3
        assert (done.code, done.err) == (0, "")


def test_the_document_is_as_its_schema_says(story: Story, built: Estate) -> None:
    schema = built.siterounds(built.desk / "story.yaml", "schema").json
    jsonschema.Draft202012Validator.check_schema(schema)
    for done in (*story.faulty, *story.mended[:ROUNDS]):
        jsonschema.validate(done.json, schema, jsonschema.Draft202012Validator)


def test_three_sites_are_one_connection(story: Story) -> None:
    assert story.visits == (1,) * ROUNDS


def test_the_same_round_again_opens_nothing_again(story: Story) -> None:
    numbers = [sorted(one["id"] for one in done.json["incidents"]) for done in story.faulty]
    assert numbers == [numbers[0]] * ROUNDS
    assert len(numbers[0]) == len(story.truth)
    assert set(story.opened.values()) == {1}, "one change each"
    assert set(story.opened) == set(numbers[0])
    first, second, third = (Counter(one["change"] for one in done.json["incidents"]) for done in story.faulty)
    twice = 1  # a listing is believed the second time
    assert first == {"opened": len(story.truth) - twice, None: twice}
    assert second == {"opened": twice, None: len(story.truth) - twice}
    assert third == {None: len(story.truth)}


def test_what_was_mended_is_well(story: Story) -> None:
    first, *later = [done.json for done in story.mended[:ROUNDS]]
    assert told(first) == [(None, "firewall", "changes", "warning")], "closing the port was a change of the rules"
    assert [told(one) for one in later] == [[]] * (ROUNDS - 1)
    assert all(one["coverage"]["not_run"] == [] for one in (first, *later))


def test_check_says_it_in_one_line_and_one_number(story: Story) -> None:
    faulty, mended = story.checked
    assert faulty.code == 2
    states = Counter(state for _, _, _, state in story.truth)
    said = f"CRITICAL - {states['critical']} critical, {states['warning']} warning; 15 of 15"
    assert faulty.out.startswith(said)
    assert mended.code == 0
    assert mended.out.startswith("OK - all in order; 15 of 15")


def test_every_incident_is_resolved_after_clean_rounds(story: Story) -> None:
    phases = Counter(one["phase"] for one in story.mended[-1].json)
    assert phases == {"resolved": len(story.truth) + 1}
    assert story.mended[ROUNDS - 1].json["incidents"] == [] or {
        one["change"] for one in story.mended[ROUNDS - 1].json["incidents"]
    } == {"resolved"}


def test_a_round_changes_nothing_on_the_host(story: Story) -> None:
    assert story.changed == ()
    assert story.left == ()


def test_no_secret_leaves_the_host(story: Story) -> None:
    stored = b"".join(path.read_bytes() for path in story.state.rglob("*") if path.is_file())
    places = {
        "stdout or stderr": "".join(story.said).encode(),
        "the store": stored,
        "the report": story.report.read_bytes(),
    }
    assert b"old_admin" in stored, "what is searched has what it should have"
    for where, content in places.items():
        for secret in SECRETS:
            for form in {secret, json.dumps(secret)[1:-1]}:
                assert form.encode() not in content, f"{secret} is in {where}"


def test_evidence_names_what_was_planted(story: Story) -> None:
    by_item = {one["item"]: one for one in story.first["findings"] if one["state"] != "ok"}
    plugin = by_item[f"plugin:{OUTDATED}"]
    assert re.search(r"5\.9\.8.*6\.1\.6", plugin["summary"])
    assert by_item["account:old_admin"]["value"] == pytest.approx(200, abs=0.5)
    disk = next(one for one in by_item.values() if one["check"] == "disk")
    assert disk["value"] == pytest.approx(97, abs=1)
    assert "filler" in disk["summary"] + "".join(disk["details"])
    untracked = [
        one for one in story.first["findings"] if one["kind"] == "version-untracked" and one["site"] == "books"
    ]
    assert [one["data"]["names"] for one in untracked] == [["Stock 0.9.4"]]


def test_the_report_speaks_of_each_site(story: Story) -> None:
    text = story.report.read_text()
    for part in ("old_admin", "Contact Form 7", "6379", "bob", "super_old"):
        assert part in text
