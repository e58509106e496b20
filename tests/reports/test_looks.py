"""How the report looks where no eye of ours is: contrast in both schemes, paper, text from right to left."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import reports
from checks import State
from reports.html import html_report
from reports.model import Round
from tests.reports.rounds import INVENTORY, TITLES, agreed, finding, idle, mixed, round_of

CSS = (Path(reports.__file__).parent / "templates/report.css").read_text(encoding="utf-8")
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6})\b")
PAIRS = [*product(("ink", "soft"), ("paper", "card")), *((state, f"{state}-bg") for state in map(str, State))]


def palettes() -> list[Mapping[str, str]]:
    """The colours by name: light, dark, printed."""
    light = dict(COLOUR.findall(CSS[: CSS.index("@media")]))
    dark_at = CSS.index("prefers-color-scheme: dark")
    dark = dict(COLOUR.findall(CSS[dark_at : CSS.index("\n*", dark_at)]))
    printed = dict(COLOUR.findall(CSS[CSS.index("@media print") :]))
    assert set(light) == set(dark)
    return [light, dark, {**light, **printed}]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2, 0 to 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_formula_is_right() -> None:
    assert (luminance("#ffffff") + 0.05) / (luminance("#000000") + 0.05) == pytest.approx(21)


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark", "paper"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(palette: Mapping[str, str], text: str, ground: str) -> None:
    bright, dim = sorted((luminance(palette[text]), luminance(palette[ground])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


def test_no_colour_but_those_of_the_palette_is_used() -> None:
    assert not re.search(r"#[0-9a-f]{3,8}\b", COLOUR.sub("", CSS))


@pytest.mark.parametrize("shown", [mixed(), agreed()])
def test_a_state_is_never_told_by_colour_alone(shown: Round) -> None:
    html = html_report(shown, INVENTORY, TITLES)
    for said in re.findall(r'class="state \w+">(.*?)</span>', html):
        assert re.fullmatch(r"[✓!?✕] [A-Z][a-z ]+|New problems: 1", said)
    for attributes in re.findall(r'<span class="sign \w+"(.*?)>', html):
        assert "aria-label=" in attributes


def test_text_from_right_to_left_is_kept_to_itself() -> None:
    name = "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}"
    data = {"name": name, "what": "plugin", "version": "5.6", "latest": "5.7"}
    one = finding(State.WARNING, "versions", "shop", kind="version-outdated", summary=f"{name} 5.6", data=data)
    html = html_report(round_of((one,)), INVENTORY, TITLES)
    assert f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE} 5.6, newest 5.7" in html
    assert f'<bdi dir="ltr">{name} 5.6</bdi>' in html


def printed(html: str, folder: Path) -> str:
    """The text of a report on paper, pages set apart by form feeds."""
    chromium, pdftotext = shutil.which("chromium"), shutil.which("pdftotext")
    assert chromium, "Debian's package chromium is missing"
    assert pdftotext, "Debian's package poppler-utils is missing"
    page, paper = folder / "page.html", folder / "page.pdf"
    page.write_text(html)
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={paper}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    return subprocess.run([pdftotext, "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout


def test_on_paper_the_details_stand_open(tmp_path: Path) -> None:
    text = printed(html_report(mixed(), INVENTORY, TITLES), tmp_path)
    for said in ("/var/lib/mysql grew by 8 GB since yesterday", "journalctl --vacuum-size=1G", "Needs action now"):
        assert said in text


@pytest.mark.parametrize("lines", [2, 3, 4])  # with which the section begins near the foot of a page
def test_on_paper_a_section_begins_with_its_first_card(lines: int, tmp_path: Path) -> None:
    filler = tuple(idle(f"user{number}") for number in range(lines))
    shown = replace(agreed(), findings=(*filler, *agreed().findings))
    pages = printed(html_report(shown, INVENTORY, TITLES, "harbour"), tmp_path).split("\f")
    first = next(text for text in pages if "Recommended, outside" in text)
    assert "Akismet" in first
