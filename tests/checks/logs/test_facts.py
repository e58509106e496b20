"""The answer of a host may be anything: it becomes facts, or is not believed."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks import NotCheckedError, Target
from checks.logs.facts import LogFacts
from checks.logs.probe import logs_probe, payload
from checks.logs.settings import Settings
from checks.probes import Scope
from inventory.model import Host, Site
from tests.checks.logs.site import PLAIN, PlainSite, nowhere
from tests.checks.logs.writers import fatal


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("document")
    site = PlainSite(folder / "shop", nowhere(folder))
    site.sources({"path": "app.log", "format": "php"})
    (site.root / "app.log").write_text(fatal(1, said="mail to bob@example.com failed"))
    return site.document()


def parse(text: str) -> LogFacts | None:
    """Facts, or None where the answer is refused in the way that is agreed."""
    try:
        return logs_probe.parse(text)
    except NotCheckedError as refused:
        if not refused.reason:
            raise
        return None


def test_an_answer_becomes_facts(document: str) -> None:
    facts = parse(document)
    assert facts is not None
    assert [group.message for group in facts.groups] == ["mail to [e-mail] failed"]


def test_an_answer_that_was_cut_is_refused(document: str) -> None:
    for end in range(0, len(document) - 1, 97):
        assert parse(document[:end]) is None


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_answer_with_other_values_in_it_breaks_nothing(document: str, data: st.DataObject) -> None:
    value = json.loads(document)
    place: Any = value
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats()
                | st.text()
                | st.lists(st.integers())
                | st.just({})
            )
            break
        place = place[key]
    parse(json.dumps(value) + "\n")


@given(text=st.text())
def test_any_text_is_refused_or_understood(text: str) -> None:
    parse(text)
    parse("{" + text)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "Welcome!\n", "[]", "{}x", '{"sources": 1}', '{"groups":[' * 3000, '{"p":' * 20_000, "failed\t\t\n"],
)
def test_nonsense_is_refused(text: str) -> None:
    assert parse(text) is None


def test_what_a_host_did_not_redact_is_redacted_here(document: str) -> None:
    value = json.loads(document)
    value["groups"][0]["message"] = "token=s3cr3t \x1b[31m\u202e<b>"
    value["sources"][0]["name"] = "bob@example.com.log\n"
    facts = parse(json.dumps(value))
    assert facts is not None
    assert facts.groups[0].message == "token=[hidden] <b>"
    assert "bob" not in facts.files[0].name
    assert "\n" not in facts.files[0].name


def test_counts_of_files_that_are_not_there_are_left_out(document: str) -> None:
    value = json.loads(document)
    value["groups"][0]["counts"] = [[0, 1, 1], [7, 1, 1]]
    value["access"] = [{"source": 9, "requests": 1, "failed": 1, "hours": [], "worst": []}]
    facts = parse(json.dumps(value))
    assert facts is not None
    assert facts.groups[0].counts == ((0, 1, 1),)
    assert facts.access == ()


def target(**more: Any) -> Target:
    return Target(Host("web1"), Site("shop", "acme", "web1", "https://shop.example", "/srv/shop", **more))


def test_the_arguments_fit_whatever_is_remembered() -> None:
    cursor = {"i": 2**40, "o": 2**40, "n": 1024, "h": "a" * 16, "t": "b" * 16, "w": 1795443600}
    memory = {"cursors": {format(number, "016x"): {**cursor, "w": number} for number in range(2000)}, "read_at": 5}
    for run_as in (None, "www-data"):
        arguments = logs_probe.arguments(target(run_as=run_as), Settings(), memory)
        assert all(len(argument.encode()) < 100_000 for argument in arguments)
        options = json.loads(arguments[5])
        assert format(1999, "016x") in options["cursors"]
        assert format(0, "016x") not in options["cursors"]


def test_the_second_accounts_options_are_whole_once_the_script_has_ended_them() -> None:
    arguments = logs_probe.arguments(target(run_as="www-data"), Settings(), {})
    options = json.loads(arguments[6] + '1:2 3:4"}')
    assert (options["part"], options["read"], options["host"]) == ("server", "1:2 3:4", "shop.example")
    assert logs_probe.arguments(target(), Settings(), {})[6] == ""


def test_paths_of_the_settings_may_begin_at_the_root() -> None:
    arguments = logs_probe.arguments(target(), Settings(paths={"var/x.log": "php", "/y.log": "ee"}), {})
    assert json.loads(arguments[5])["paths"] == {"/srv/shop/var/x.log": "php", "/y.log": "ee"}


def test_the_probe_is_asked_of_sites() -> None:
    assert (logs_probe.name, logs_probe.scope) == ("logs", Scope.SITE)
    with pytest.raises(ValueError, match="about a site"):
        logs_probe.arguments(Target(Host("web1")), Settings(), {})


def test_the_program_writes_nothing_and_starts_nothing() -> None:
    text = payload([PLAIN])
    own = text[text.index("function sr_logs_rules") : text.index("function sr_logs_reports")]
    for word in (
        "fwrite",
        "file_put_contents",
        "unlink",
        "rename(",
        "mkdir",
        "touch(",
        "exec(",
        "system(",
        "popen",
        "eval(",
    ):
        assert not re.search(rf"\b{re.escape(word)}", own), word


def test_nothing_is_written_on_the_host(tmp_path: Path) -> None:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path))
    site.sources({"path": "app.log", "format": "php"})
    (site.root / "app.log").write_text(fatal(1))

    def seen() -> dict[str, tuple[int, int, bytes]]:
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
            for path in sorted(tmp_path.rglob("*"))
        }

    before = seen()
    site.visit()
    site.visit()
    assert seen() == before
    assert not list(Path(os.environ.get("TMPDIR", "/tmp")).glob("siterounds-logs*"))
