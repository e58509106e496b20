"""Forms that texts about services, days and times must have: those that people really write are taken."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import services, types
from inventory.services import TEMPLATE_NAMES


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (services.service_url, "https://agency.zendesk.com"),
        (services.service_url, "https://agency.eu.teamwork.com:8443"),
        (services.service_url, "http://127.0.0.1:8080"),
        (services.service_url, "http://127.9.9.9"),
        (services.service_url, "http://localhost:1"),
        (services.service_url, "http://[::1]:8080"),
        (services.client_id, "site_rounds.l2-1"),
        (services.oauth_scope, "read"),
        (services.oauth_scope, "read users:write tickets:write"),
        (services.tag, "l2/rounds_2-a"),
        (services.field_id, "27642"),
        (services.harvest_contact, "help@agency.example"),
        (services.harvest_contact, "https://agency.example/help?a=b"),
        (services.template, "{client}: {site} on {host} ({state})"),
        (services.template, "{{{check}}} a}}b"),
        (types.zone, "UTC"),
        (types.zone, "Europe/Berlin"),
        (types.zone, "America/Argentina/Buenos_Aires"),
        (types.zone, "Etc/GMT+5"),
    ],
)
def test_taken(form: Callable[[str], str], text: str) -> None:
    assert form(text) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        *(
            (services.service_url, url)
            for url in (
                "",
                "agency.zendesk.com",
                "https://",
                "https://agency.zendesk.com//",
                "https://agency.zendesk.com/api",
                "https://agency.zendesk.com?a",
                "https://agency.zendesk.com#a",
                "https://ann@agency.zendesk.com",
                "https://ann:hunter2@agency.zendesk.com",
                "https://agency.zendesk.com\n",
                "https://agency zendesk.com",
                "https://agency.zendesk.com:99999",
                "https://agency.zendesk.com\\@evil.example",
                "http://agency.zendesk.com",
                "http://127.0.0.1.evil.example",
                "http://127.0.0.999",
                "http://localhost.evil.example",
                "http://10.0.0.1",
                "http://[::2]",
                "http://[::1]:0",
                "http://0x7f000001",
                "ftp://127.0.0.1",
            )
        ),
        *((services.client_id, text) for text in ("", "a b", "a\n", "é", "-a")),
        *((services.oauth_scope, text) for text in ("", "read ", "read,write", "READ", "read:", "a " * 300 + "a")),
        *((services.tag, text) for text in ("", "a b", "a,b", "ü", "a\n", "a" * 101)),
        *((services.field_id, text) for text in ("0", "-1", "1.5", "012", "1" * 19, "\u0663", "1\n")),
        *(
            (services.harvest_contact, text)
            for text in ("", "help", "a@b.example\r\nX: y", "a@bücher.example", "(a@b.ex)")
        ),
        *((services.template, text) for text in ("", " ", "{", "}", "{site", "{sit}", "{}", "{0}", "{site.url}")),
        *((services.template, text) for text in ("{site[0]}", "{site!s}", "{site:>9}", "{site:{host}}", "a\nb")),
        *(
            (types.zone, text)
            for text in ("", "Europe", "europe/berlin ", "../etc/passwd", "/etc/localtime", "zone.tab")
        ),
        *((types.zone, text) for text in ("localtime", "posix/UTC", "right/UTC", "Factory", "UTC\n", "A" * 300)),
    ],
)
def test_refused(form: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError, match=r"must|nothing is called|has a brace"):
        form(text)


def test_small_changes() -> None:
    assert services.service_url("https://agency.zendesk.com/") == "https://agency.zendesk.com"
    assert services.tag("VIP") == "vip"


@pytest.mark.parametrize("text", ["https://ann:hunter2@agency.zendesk.com", "https://agency.zendesk.com/hunter2"])
def test_what_may_be_a_secret_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="must be the address") as raised:
        services.service_url(text)
    assert "hunter2" not in str(raised.value)


PIECES = st.lists(st.sampled_from([*"{}!:.[] a", "{site}", "{check}", "{{", "}}", "{sit}"]), max_size=8).map("".join)


@given(text=PIECES)
def test_a_template_that_is_taken_can_be_filled_in(text: str) -> None:
    try:
        taken = services.template(text)
    except ValueError:
        return
    apart = re.findall(r"\{\{|\}\}|\{\w+\}|[^{}]", taken)

    assert "".join(apart) == taken == text.strip()
    assert taken.format_map(dict.fromkeys(TEMPLATE_NAMES, "X")) == "".join(
        "X" if len(part) > 2 else part[0] for part in apart
    )


@pytest.mark.parametrize("given_day", ["2026-2-1", "2026-02-30", "20260201", "2026-W05-7", 20260201, None, True, []])
def test_what_is_no_day(given_day: Any) -> None:
    with pytest.raises(ValueError, match="must be a day"):
        types.day(given_day)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("22:00", time(22)),
        ("00:00", time(0)),
        ("2026-12-01T22:00:00+01:00", datetime(2026, 12, 1, 21, tzinfo=UTC)),
        ("2026-12-01T22:00Z", datetime(2026, 12, 1, 22, tzinfo=UTC)),
        ("2026-12-01T22:00:30-09:30", datetime(2026, 12, 2, 7, 30, 30, tzinfo=UTC)),
    ],
)
def test_moments_and_times(text: str, read: datetime | time) -> None:
    assert types.moment_or_time(text) == read
    assert types.day("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "value",
    [
        *("24:00", "2:00", "22:60", "22:00:00", "22:00Z", "2026-12-01", "2026-12-01T22:00:00", "2026-12-01 22:00:00Z"),
        *("2026-02-30T22:00:00Z", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "2026-12-01T22:00Z\n"),
        *("\u0662\u0662:30", 1322, 22.0, None, True, [], {}),
    ],
)
def test_what_is_no_moment_and_no_time(value: Any) -> None:
    with pytest.raises(ValueError, match="must be a moment"):
        types.moment_or_time(value)


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("daily", range(7)),
        (["daily"], range(7)),
        ("sunday", [6]),
        (["monday", "sunday", "monday"], [0, 6]),
    ],
)
def test_days_of_the_week(value: Any, days: list[int]) -> None:
    assert types.weekdays(value) == frozenset(days)


@pytest.mark.parametrize("value", ["", "Monday", [], [1], [None], ["mon"], {"monday": 1}, 5, None, True])
def test_what_is_no_day_of_the_week(value: Any) -> None:
    with pytest.raises(ValueError, match=r"must be daily|no day is called"):
        types.weekdays(value)
