"""The wall: the worst first, nothing told by colour alone, what is old struck out; looked at in Chromium."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from functools import cache
from io import StringIO
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from checks import State
from reports.dashboard import OLD, ClientGroup, Dashboard, Tile, TileProblem, dashboard_html, dashboard_view, shade
from reports.html import DARK
from tests import looks
from tests.reports.dashboards import AT, STALE, WALLS, many, tile, usual, wall
from tests.reports.rounds import HOSTILE
from tests.reports.test_looks import contrast

HERE = Path(__file__).parent


def cards(html: str) -> list[str]:
    """The titles of the clients with something to see to, in the order of the page."""
    return re.findall(r'<h3 dir="auto">(.*?)</h3>', html)


def text(html: str) -> str:
    """What is read, without what is markup."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split())


def test_the_worst_stands_first() -> None:
    html = dashboard_html(usual())
    assert cards(html) == ["Harbour Books", "Regatta Club", "Quay &amp; Söhne", "New Client", "Lighthouse Museum"]
    assert html.index("Needs somebody") < html.index(">In order</h2>")
    assert "<title>1 to act on now, 6 more to see to · Pier Nine</title>" in html


def test_what_is_old_is_struck_out_with_its_age() -> None:
    html = dashboard_html(usual())
    assert "<s>✕ Act now: Error logs</s>" in html
    assert "<s>✓ In order</s>" in html
    assert '<span class="age very">4 days ago</span>' in html
    assert "never looked at" in html
    assert html.count("<s>") == 2


def test_what_is_fresh_is_not_struck_out() -> None:
    html = dashboard_html(wall(ClientGroup("A", (tile("a.example", State.CRITICAL, 47),))))
    assert "<s>" not in html
    assert ">47 hours ago<" in html or ">1 day ago<" in html


@pytest.mark.parametrize("name", WALLS)
def test_a_state_is_a_sign_and_a_word_beside_its_colour(name: str) -> None:
    html = dashboard_html(WALLS[name]())
    pills = re.findall(r'class="pill \w+"><span aria-hidden="true">(.) </span>([^<]+)<', html)
    assert html.count('class="pill') == len(pills)
    assert set(pills) <= {("✕", "Act now"), ("?", "Not checked"), ("◔", OLD), ("!", "Look at soon"), ("✓", "In order")}


@pytest.mark.parametrize("name", WALLS)
def test_it_needs_nothing_beside_it(name: str) -> None:
    html = dashboard_html(WALLS[name](), other="still.html")
    assert not re.search(r"<(script|link|img|iframe|object)|url\(|@import|\son\w+=\"", html)
    assert re.findall(r'(?:href|src)="([^"]*)"', html) == ["still.html"]
    assert len(html.encode()) < 100_000


def test_it_renews_itself_unless_it_is_not_to() -> None:
    assert '<meta http-equiv="refresh" content="60">' in dashboard_html(usual())
    still = dashboard_html(usual(), renew=None)
    assert "refresh" not in still
    assert "does not renew itself" in text(still)


def test_names_are_text_whatever_they_hold() -> None:
    html = dashboard_html(WALLS["hostile"]())
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "49" not in text(html)


def test_many_sites_that_are_old_are_one_row_with_the_oldest_age() -> None:
    tiles = tuple(tile(f"s{number}.example", State.OK, 60 + 24 * number) for number in range(9))
    html = dashboard_html(wall(ClientGroup("A", tiles)))
    assert html.count('<li class="row">') == 1
    assert "s0.example, s1.example, s2.example, s3.example and 5 more" in html
    assert "10 days ago" in html


def test_a_client_with_very_much_to_see_to_is_cut_and_counted() -> None:
    tiles = tuple(tile(f"s{number}.example", State.WARNING) for number in range(20))
    assert "and 14 more: 14 look at soon" in text(dashboard_html(wall(ClientGroup("A", tiles))))


def test_a_problem_that_is_known_is_told_and_calls_nobody() -> None:
    known = wall(ClientGroup("A", (tile("a.example", State.OK, 2, known=3),)))
    assert "All in order" in text(dashboard_html(known))


def test_times_are_those_of_the_zone() -> None:
    assert "09:15 CET" in text(dashboard_html(usual()))
    assert "17:15 JST" in text(dashboard_html(replace(usual(), zone="Asia/Tokyo")))


TILES = st.builds(
    Tile,
    name=st.text(max_size=70),
    state=st.sampled_from(State),
    looked_at=st.none() | st.integers(0, 200).map(lambda hours: AT - timedelta(hours=hours)),
    troubles=st.lists(st.builds(TileProblem, st.text(max_size=9), st.sampled_from(State)), max_size=3).map(tuple),
    known=st.integers(0, 2),
    server=st.booleans(),
)
MADE = st.lists(st.builds(ClientGroup, st.text(max_size=70), st.lists(TILES, max_size=9).map(tuple)), max_size=6).map(
    lambda owners: Dashboard(AT, "UTC", tuple(owners), STALE)
)


@given(MADE)
def test_every_place_is_counted_once_and_no_old_one_looks_well(made: Dashboard) -> None:
    html = dashboard_html(made)
    counts = [int(number) for number in re.findall(r'<li class="count \w+"><b>(\d+)</b>', html)]
    assert sum(counts) == len(made.tiles)
    for one in made.tiles:
        assert (shade(one, made) == "old") == (one.looked_at is None or AT - one.looked_at > STALE)
    rank = {"critical": 0, "unknown": 1, "old": 2, "warning": 3}
    edges = [rank[edge] for edge in re.findall(r'<article class="card edge-(\w+)">', html)]
    assert edges == sorted(edges)


@given(MADE)
def test_the_terminal_tells_the_same_numbers(made: Dashboard) -> None:
    out = StringIO()
    Console(file=out, width=80).print(dashboard_view(made))
    assert f"{sum(1 for one in made.tiles if not one.server)} site" in out.getvalue()


def test_the_terminal_shows_signs_words_ages_and_troubles() -> None:
    out = StringIO()
    Console(file=out, width=100).print(dashboard_view(usual()))
    said = " ".join(out.getvalue().split())
    assert "✕ Act now shop.harbour.example 2 hours ago Core and plugin versions (3) #35436 · Inactive users" in said
    assert "◔ Out of date ✕ Act now shop.quay.example 4 days ago Error logs" in said
    assert "✗ what is due was last looked at 12 minutes ago" in said
    assert "9 sites and 3 servers: 1 act now, 1 not checked, 3 out of date, 2 look at soon, 5 in order." in said


def test_text_on_the_hatching_of_what_is_old_can_be_read() -> None:
    for ground in ("line", "card"):
        assert contrast(DARK["ink"], DARK[ground]) >= 7


# In a browser.

STILL = {name: dashboard_html(made(), renew=None, other="index.html") for name, made in WALLS.items()}


def test_no_linter_finds_anything(tmp_path: Path) -> None:
    pages = [looks.Page(name, html, mail=False) for name, html in STILL.items()]
    assert {name: said for name, said in looks.lint(pages, tmp_path).items() if said} == {}


def test_nothing_sticks_out_and_axe_finds_nothing(tmp_path: Path) -> None:
    without_long_words = {name: html for name, html in STILL.items() if name != "hostile"}  # styles break those
    pages = [looks.Page(name, html, mail=False, axe=("light",)) for name, html in without_long_words.items()]
    assert {name: said for name, said in looks.browse(pages, tmp_path).items() if said} == {}


@cache
def seen(html: str, width: int, height: int, *, dark: bool = False) -> Any:
    """What a browser makes of a page in a window of this size; asked once."""
    chromium = which("chromium")
    assert chromium, "Debian's package chromium is missing"
    subprocess.run(["sh", looks.HERE / "install.sh", looks.TOOLS], check=True)
    scheme = "dark" if dark else "light"
    with TemporaryDirectory() as folder:
        page = Path(folder, "wall.html")
        page.write_text(html, encoding="utf-8")
        command = ["node", *map(str, (HERE / "wall.mjs", looks.TOOLS, page, chromium, width, height, scheme))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


one_browser = pytest.mark.xdist_group("wall")
"""For tests that look at the same pages: one worker sees each once."""


@one_browser
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (390, 844)])
@pytest.mark.parametrize("name", ["usual", "many", "hostile"])
def test_it_fits_a_wall_and_a_phone(name: str, width: int, height: int) -> None:
    found = seen(STILL[name], width, height)
    assert found["sticks_out"] == []
    assert found["axe"] == []
    assert found["smallest"] >= 13
    assert found["requests"] == []
    assert found["errors"] == []


@one_browser
def test_it_is_dark_whatever_the_screen_prefers() -> None:
    for dark in (False, True):
        ground = seen(STILL["usual"], 1920, 1080, dark=dark)["ground"]
        assert ground == f"rgb({', '.join(str(int(DARK['paper'][at : at + 2], 16)) for at in (1, 3, 5))})"


@one_browser
def test_on_a_wall_a_usual_morning_needs_no_scrolling() -> None:
    assert seen(STILL["usual"], 1920, 1080)["height"] <= 1080


@one_browser
def test_on_a_wall_everything_that_is_wrong_among_many_needs_no_scrolling() -> None:
    assert len(many().tiles) > 500
    assert seen(STILL["many"], 1920, 1080)["fine_top"] < 1080


@one_browser
def test_what_is_old_is_seen_to_be_struck_out() -> None:
    assert seen(STILL["usual"], 390, 844)["struck"] == ["line-through", "line-through"]


@one_browser
def test_the_tools_find_what_is_wrong() -> None:
    broken = STILL["usual"].replace(
        "<main>",
        '<main><p style="color:#333">dim words</p><p style="width:3000px">x</p><img src="https://x.example/y">',
    )
    found = seen(broken, 390, 844)
    assert found["sticks_out"]
    assert {"color-contrast", "image-alt"} <= {one.split(":")[0] for one in found["axe"]}
    assert HOSTILE not in STILL["hostile"]
