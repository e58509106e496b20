"""What the PHP probe prints becomes facts, or an honest word that it does not."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import NotChecked, NotCheckedError
from checks.platforms.facts import Account, Evidence, SiteFacts, Software, parse

DOCUMENT: dict[str, Any] = {
    "platform": "wordpress",
    "root": "/srv/www",
    "software": [
        {
            "kind": "core", "key": "wordpress", "name": "WordPress", "version": "6.9.1", "active": True,
            "latest": "7.1", "latest_in_line": "6.9.7", "security": True, "listed": True, "known_at": 1795387796,
            "known_from": "WordPress' own update check", "unfinished": "", "update": "wordpress-core root=/srv/www",
        },
        {"kind": "plugin", "key": "a/a.php", "name": "A", "version": None, "known_at": None},
    ],
    "accounts": [
        {
            "login": "jane", "id": "1", "name": "Jane", "email": "j@x.example", "roles": ["administrator"],
            "powers": ["manage_options"], "created": 1577934245, "enabled": True, "second_factor": None,
            "evidence": [{"at": 1795379412, "source": "login session"}, {"at": 0, "source": "nothing"}],
            "tokens_used": 1795386612,
        },
    ],
    "gaps": {"software": [{"item": "x", "reason": "why", "remedy": "correct-root"}], "accounts": [], "logs": []},
    "as_of": 1795444364,
    "php": "8.2.36",
}  # fmt: skip


def test_a_document_becomes_facts() -> None:
    at = datetime.fromtimestamp
    assert parse(json.dumps(DOCUMENT)) == SiteFacts(
        platform="wordpress",
        software=(
            Software(
                "core", "wordpress", "WordPress", "6.9.1", True, "7.1", "6.9.7", True, True, at(1795387796, UTC),
                "WordPress' own update check", "", "wp --path=/srv/www core update",
            ),
            Software("plugin", "a/a.php", "A", None),
        ),
        accounts=(
            Account(
                "jane", "1", "Jane", "j@x.example", ("administrator",), ("manage_options",), at(1577934245, UTC),
                evidence=(Evidence(at(1795379412, UTC), "login session"),), tokens_used=at(1795386612, UTC),
            ),
        ),
        software_gaps=(NotChecked("x", "why", "correct `root` of this site in the inventory"),),
        as_of=at(1795444364, UTC),
    )  # fmt: skip


@pytest.mark.parametrize("stamp", [0, -5, 253402300800, 10**30, None])
def test_a_time_that_no_calendar_holds_is_none(stamp: int | None) -> None:
    facts = parse(json.dumps(DOCUMENT | {"as_of": stamp}))
    assert facts.as_of is None


@pytest.mark.parametrize(
    "change",
    [
        {"platform": 5},
        {"software": {}},
        {"software": [{"kind": "core"}]},
        {"software": [{"kind": "engine", "key": "a", "name": "b"}]},
        {"software": [{"kind": "core", "key": "a", "name": "b", "colour": "red"}]},
        {"software": [{"kind": "core", "key": "a" * 1001, "name": "b"}]},
        {"software": [{"kind": "core", "key": "a", "name": "b", "active": 1}]},
        {"software": [{"kind": "core", "key": "a", "name": "b", "known_at": "2026-01-01"}]},
        {"software": [{"kind": "core", "key": "a", "name": "b", "known_at": True}]},
        {"software": [{"kind": "core", "key": "a", "name": "b", "known_at": 1.5}]},
        {"accounts": [{"login": "a", "id": 1}]},
        {"accounts": [{"login": "a", "id": "1", "roles": {"a": True}}]},
        {"gaps": None},
        {"gaps": {"software": [{"item": "a"}]}},
        {"as_of": "now"},
        {"extra": 1},
    ],
)
def test_another_shape_is_not_an_answer(change: dict[str, Any]) -> None:
    with pytest.raises(NotCheckedError, match="malformed"):
        parse(json.dumps(DOCUMENT | change))


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("", "printed nothing"),
        (" \n", "printed nothing"),
        ("<br />\n<b>Warning</b>: x", "no answer: <br />"),
        ("X-Powered-By: PHP/8.2\r\nContent-type: text/html\r\n\r\n{}", "the one for web servers"),
        ("[]", "no answer"),
        ("{", "malformed"),
        ("{}", "malformed"),
        ("{} {}", "malformed"),
        ('{"platform": NaN}', "malformed"),
        ("{" + '"a":{' * 5000, "malformed"),
        ('{"a":' + "[" * 100_000, "malformed"),
        ("\udcff", "no answer"),
    ],
)
def test_other_output_is_not_an_answer(output: str, reason: str) -> None:
    with pytest.raises(NotCheckedError, match=reason):
        parse(output)


def test_any_truncation_is_seen() -> None:
    whole = json.dumps(DOCUMENT)
    for length in range(len(whole)):
        with pytest.raises(NotCheckedError):
            parse(whole[:length])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_json_is_facts_or_not_checked(value: Any) -> None:
    for document in (
        value,
        DOCUMENT | {"software": value},
        DOCUMENT | {"accounts": [value]},
        DOCUMENT | {"gaps": value},
    ):
        with contextlib.suppress(NotCheckedError):
            assert isinstance(parse(json.dumps(document)), SiteFacts)


def bare(*files: tuple[str, str, str]) -> str:
    """What the script prints on a host without PHP."""
    printed = "no-php\n"
    for platform, path, text in files:
        printed += f"file\t{platform}\t{path}\n" + "".join(f"|{line}\n" for line in text.split("\n")) + "\n"
    return printed


WORDPRESS = ("wordpress", "wp-includes/version.php", "<?php\n\n$wp_version = '6.9.1';\n$wp_db_version = 60717;\n")


def test_without_php_the_version_of_the_core_is_known_and_nothing_else() -> None:
    facts = parse(bare(WORDPRESS))
    assert facts.platform == "wordpress"
    assert [(one.kind, one.name, one.version) for one in facts.software] == [("core", "WordPress", "6.9.1")]
    for gaps in (facts.software_gaps, facts.account_gaps):
        assert [gap.item for gap in gaps] == ["php"]
        assert "PHP was not found" in gaps[0].reason
        assert "apt install php-cli" in gaps[0].remedy
    assert facts.as_of is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<?php",
        "$wp_version = ;",
        "$wp_version = 'a b';",
        f"$wp_version = '{'9' * 99}';",
        "// no version\n" * 4000,
        "\n" * 65536,
    ],
)
def test_without_php_a_file_without_a_version_is_no_platform(text: str) -> None:
    facts = parse(bare(("wordpress", "wp-includes/version.php", text)))
    assert (facts.platform, facts.software) == ("", ())
    assert "nothing was recognised" in facts.software_gaps[0].reason


def test_without_php_a_file_cannot_pose_as_another() -> None:
    forged = "file\twordpress\twp-includes/version.php\n|$wp_version = '1.0';\n"
    facts = parse(bare(("expressionengine", "system/ee/legacy/libraries/Core.php", forged)))
    assert facts.software == ()


def test_without_php_a_path_that_was_not_asked_for_says_nothing() -> None:
    for platform, path in (("wordpress", "other.php"), ("unheard-of", "wp-includes/version.php")):
        assert parse(bare((platform, path, WORDPRESS[2]))).software == ()


def test_without_php_a_file_that_may_not_be_read_is_named() -> None:
    facts = parse("no-php\ndenied\twordpress\twp-includes/version.php\n")
    assert "not readable: wp-includes/version.php" in facts.software_gaps[0].reason


@given(st.text())
def test_without_php_nothing_makes_it_fail(text: str) -> None:
    assert isinstance(parse("no-php\n" + text), SiteFacts)
