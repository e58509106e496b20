"""Schedules and the service as the inventory writes them: what they become, and what is said of mistakes."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.schedule import Cron, Daily, Schedule
from inventory.secrets import Reference
from inventory.service import Backup, Service
from inventory.types import EVERY_DAY
from tests.inventory.samples import Cases, mistakes, read, read_text

FULL = """\
services: {zone: Europe/Berlin}
schedule:
  daily: {around: "05:30", spread: 90}
  days: [monday, friday]
  zone: Europe/Vienna
service:
  socket: /run/siterounds/control.sock
  group: helpdesk
  endpoint: 127.0.0.1:9180
  heartbeat: credential:heartbeat
  deliver_every: 10
  stale_hours: 72
  retention_days: 365
  backup: {folder: /var/backups/siterounds, count: 14}
clients:
  harbour: {schedule: {daily: {around: "22:00"}, days: daily, zone: Asia/Tokyo}}
  regatta: {}
hosts: {web1: {}}
sites:
  shop: {client: harbour, host: web1, url: https://shop.example, root: /srv/shop, schedule: {cron: "*/30 * * * *"}}
  club: {client: regatta, host: web1, url: https://club.example, root: /srv/club}
"""
HOSTS = "hosts: {h: {}}\n"
FRIDAY, MONDAY = 4, 0


def schedules(folder: Path, text: str) -> list[str]:
    found = read_text(folder, HOSTS + text)
    return [str(found.schedule), *(str(one.schedule) for one in found.clients.values())]


def test_all_that_may_be_written_arrives(tmp_path: Path) -> None:
    found = read_text(tmp_path, FULL)

    assert found.schedule == Schedule(Daily(time(5, 30), 90, frozenset({MONDAY, FRIDAY})), "Europe/Vienna")
    assert found.clients["harbour"].schedule == Schedule(Daily(time(22), 90, EVERY_DAY), "Asia/Tokyo")
    assert found.clients["regatta"].schedule == found.schedule
    assert found.sites["shop"].schedule == Schedule(Cron.parse("*/30 * * * *"), "Asia/Tokyo")
    assert found.sites["club"].schedule is None
    assert found.service == Service(
        socket=Path("/run/siterounds/control.sock"),
        group="helpdesk",
        endpoint="127.0.0.1:9180",
        heartbeat=Reference("credential", "heartbeat"),
        deliver_every=10,
        stale_hours=72,
        retention_days=365,
        backup=Backup(Path("/var/backups/siterounds"), 14),
    )


def test_without_a_word_rounds_are_made_every_morning(tmp_path: Path) -> None:
    found = read_text(tmp_path, f"{HOSTS}services: {{zone: Europe/Berlin}}\nclients: {{c: {{}}}}\n")

    assert str(found.clients["c"].schedule) == "daily from 06:00 within 60 minutes, Europe/Berlin"
    assert found.service == Service()
    assert read_text(tmp_path, f"{HOSTS}schedule:\nservice:\n  backup:\n  group:\n").service == Service()


@pytest.mark.parametrize(
    ("top", "client", "expected"),
    [
        ("", "", "daily from 06:00 within 60 minutes, UTC"),
        ("{days: [sunday]}", "{daily: {spread: 0}}", "sunday from 06:00, UTC"),
        (
            "{daily: {around: '04:15'}}",
            "{days: [tuesday, monday]}",
            "monday, tuesday from 04:15 within 60 minutes, UTC",
        ),
        ("{cron: '0  6 * * 1-5'}", "{zone: Asia/Tokyo}", "0 6 * * 1-5, Asia/Tokyo"),
        ("{cron: '0 6 * * *', zone: Asia/Tokyo}", "{daily: }", "0 6 * * *, Asia/Tokyo"),
        ("{cron: '0 6 * * *'}", "{daily: {around: '07:00'}}", "daily from 07:00 within 60 minutes, UTC"),
        ("{days: [sunday]}", "{cron: '0 6 1 * *'}", "0 6 1 * *, UTC"),
    ],
)
def test_a_client_s_schedule_goes_over_the_one_above_key_by_key(
    tmp_path: Path, top: str, client: str, expected: str
) -> None:
    found = schedules(tmp_path, f"schedule: {top}\nclients: {{c: {{schedule: {client}}}}}\n")
    assert found[1] == expected


def test_they_may_stand_in_several_files_each_key_in_one(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(f"{HOSTS}schedule: {{zone: Asia/Tokyo}}\nservice: {{group: a}}\n")
    (tmp_path / "2.yaml").write_text("schedule: {days: [sunday]}\nservice: {stale_hours: 5}\n")
    found = read(tmp_path)
    assert str(found.schedule) == "sunday from 06:00 within 60 minutes, Asia/Tokyo"
    assert found.service == Service(group="a", stale_hours=5)


ENDPOINT = "must be on this very machine, such as 127.0.0.1:9180, [::1]:9180 or unix:/run/siterounds/http"
PART = "write 0 to 59, *, lists such as 1,5, ranges such as 1-5, steps such as */2"
CASES: Cases = {
    "cron and daily": (
        f"{HOSTS}schedule:\n  cron: 0 6 * * *\n  daily: {{}}\n",
        ["4: schedule.daily: does not go with cron: write one of the two"],
    ),
    "cron and days": (
        f"{HOSTS}clients:\n  c:\n    schedule:\n      cron: 0 6 * * *\n      days: daily\n",
        ['6: clients.c.schedule.days: does not go with cron: write them into it, as in "0 6 * * mon-fri"'],
    ),
    "days below a cron": (
        f"{HOSTS}schedule:\n  cron: 0 6 * * *\nclients:\n  c:\n    schedule: {{days: [monday]}}\n",
        [
            "6: clients.c.schedule.days: does not go with the cron above (FILE:3): write daily beside it, or a cron",
        ],
    ),
    "values of a schedule": (
        f"{HOSTS}schedule:\n  daily:\n    around: 6am\n    spread: 721\n  days: []\n  zone: Berlin\n",
        [
            '4: schedule.daily.around: must be a time of day in quotes, such as "06:00"',
            "5: schedule.daily.spread: must be at most 720, not the number 721",
            "6: schedule.days: must be daily, or a list of days such as [saturday, sunday]",
            "7: schedule.zone: must be a time zone such as Europe/Berlin or UTC; did you mean Europe/Berlin?",
        ],
    ),
    "values of the service": (
        f"{HOSTS}service:\n  endpoint: 0.0.0.0:9180\n  retention_days: 30\n  deliver_every: 0\n  stale_hours: 1.5\n"
        "  heartbeat: https://hc.example/secret\n  backup: {count: -1}\n  socket: control.sock\n",
        [
            f"3: service.endpoint: {ENDPOINT}",
            "4: service.retention_days: must be at least 90, not the number 30",
            "5: service.deliver_every: must be at least 1, not the number 0",
            "6: service.stale_hours: must be a whole number, not the number 1.5",
            "7: service.heartbeat: a secret does not belong in the inventory; write a reference: env:NAME, file:/path "
            "or credential:NAME",
            "8: service.backup.count: must be at least 0, not the number -1",
            "9: service.socket: must be the absolute path of a socket, at most 107 bytes long",
        ],
    ),
}
UNSEEN: Cases = {
    "cron parts": (
        f"{HOSTS}clients:\n"
        + "".join(
            f"  c{number}: {{schedule: {{cron: '{text}'}}}}\n"
            for number, text in enumerate(("60 6 * * *", "0 6 * *", "0 6 * * 5-1", "0 6 31 2 *", "0 6 * foo *"))
        ),
        [
            f"3: clients.c0.schedule.cron: has a minute that is none: {PART}",
            "4: clients.c1.schedule.cron: must have five parts, minute hour day month weekday, such as "
            '"0 6 * * mon-fri"',
            "5: clients.c2.schedule.cron: has a day of week that is none: a range goes from the smaller to the larger, "
            "a step is 1 or more",
            "6: clients.c3.schedule.cron: names a day that none of its months has",
            "7: clients.c4.schedule.cron: has a month that is none: write 1 to 12 or jan to dec, *, lists such as 1,5, "
            "ranges such as 1-5, steps such as */2",
        ],
    ),
    "endpoints": (
        f"{HOSTS}service: {{endpoint: '127.0.0.1:70000', socket: /{'x' * 107}}}\n",
        [
            f"2: service.endpoint: {ENDPOINT}, its port from 1 to 65535",
            "2: service.socket: must be the absolute path of a socket, at most 107 bytes long",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), [*CASES.values(), *UNSEEN.values()], ids=[*CASES.keys(), *UNSEEN.keys()])
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected


@pytest.mark.parametrize("text", ["127.0.0.1:1", "localhost:65535", "[::1]:80", "unix:/run/x"])
def test_an_endpoint_is_on_this_very_machine(tmp_path: Path, text: str) -> None:
    assert read_text(tmp_path, f"{HOSTS}service: {{endpoint: '{text}'}}").service.endpoint == text


def test_days_of_the_week_are_counted_as_crontab_does() -> None:
    sunday = date(2026, 11, 29)
    for text in ("0 6 * * 0", "0 6 * * 7", "0 6 * * sun", "0 6 * * SUN", "0 6 * * 0-0"):
        assert [Cron.parse(text).on(sunday + timedelta(days)) for days in range(7)] == [True] + [False] * 6
    workdays = Cron.parse("0 6 * * mon-fri")
    assert [workdays.on(sunday + timedelta(days)) for days in range(7)] == [False, *[True] * 5, False]


def test_a_day_of_the_month_or_a_day_of_the_week_is_enough_where_both_are_named() -> None:
    either, both = Cron.parse("0 6 13 * fri"), Cron.parse("0 6 */2 * fri")
    assert [either.on(date(2026, 11, day)) for day in (12, 13, 20, 21)] == [False, True, True, False]
    assert [both.on(date(2026, 11, day)) for day in (13, 15, 20)] == [True, False, False]


numbers = st.integers(0, 59)


@given(st.lists(st.tuples(numbers, numbers, st.integers(1, 59)), min_size=1, max_size=4))
def test_lists_ranges_and_steps(parts: list[tuple[int, int, int]]) -> None:
    parts = [(min(start, end), max(start, end), step) for start, end, step in parts]
    found = Cron.parse(",".join(f"{start}-{end}/{step}" for start, end, step in parts) + " * * * *")
    assert found.minutes == {minute for start, end, step in parts for minute in range(start, end + 1, step)}


@given(st.text("0123456789*/-,ajn ", max_size=20))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        found = Cron.parse(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert Cron.parse(str(found)) == found
