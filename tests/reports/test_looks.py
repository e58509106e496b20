"""How the report looks where no eye of ours is: in every mail program, width and scheme, on paper, from right to left.

The linters see every language with every case. Chromium sees every case in English, and in German, in a language of
long words and in one from right to left those in which words can stick out; axe judges every English case by day and
by night, and one case of the other languages.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from checks import State
from reports.html import DARK, LIGHT, SIZES, TEXT_ON, health_html, html_report
from reports.language import AVAILABLE, ENGLISH, Language, language
from reports.model import Round
from tests import looks
from tests.reports.healths import BRAND, CASES, CIDS
from tests.reports.healths import TITLES as ALL_TITLES
from tests.reports.pseudo import pseudo
from tests.reports.rounds import INVENTORY, TITLES, agreed, finding, hostile, idle, mixed, overheard, round_of

LANGUAGES: Mapping[str, Language] = {
    **{code: language(code, "UTC") for code in AVAILABLE},
    "long words": pseudo(ENGLISH, "long"),
    "right to left": pseudo(ENGLISH, "right-to-left"),
}
TIGHT = ("mixed", "long_names", "overview")
"""Cases in which words of another language may stick out where English ones do not."""


@cache
def shown(case: str, spoken: str, mail: bool = True) -> str:
    made = CASES[case]()
    return health_html(
        made.report, made.inventory, ALL_TITLES, BRAND, LANGUAGES[spoken], mail=mail, cids=CIDS if mail else {}
    )


def pages(browsed: bool) -> Iterator[looks.Page]:
    for spoken in LANGUAGES:
        for case in CASES:
            axe = ("light", "dark") if spoken == "en" else ("light",) if case == "mixed" else ()
            if not browsed or spoken == "en" or (spoken in ("de", "long words", "right to left") and case in TIGHT):
                yield looks.Page(f"{case} {spoken}", shown(case, spoken), axe=axe)
    for case in ("all_well", *TIGHT):
        yield looks.Page(f"{case} as a file", shown(case, "en", mail=False), mail=False, axe=("light",))
    for name, one in {"hostile": hostile(), "overheard": overheard()}.items():
        yield looks.Page(name, html_report(one, INVENTORY, TITLES), mail=False, axe=("dark",))


def test_no_linter_finds_anything_in_any_language(tmp_path: Path) -> None:
    found = looks.lint([*pages(browsed=False)], tmp_path)
    assert {name: said for name, said in found.items() if said} == {}


def test_nothing_sticks_out_or_is_hard_to_read_in_a_browser(tmp_path: Path) -> None:
    found = looks.browse([*pages(browsed=True)], tmp_path)
    assert {name: said for name, said in found.items() if said} == {}


FAULTS = {
    "<h2 ": ("<h5 ", "h5"),
    "font:15px/23px": ("font:11px/23px", "text of 11 px"),
    '<div role="main"': ('<p style="width:900px;color:#eee">x</p><div role="main"', "wider than the window"),
    "padding:0 24px 28px 24px": ("display:grid;position:sticky", "not supported by"),
    ' lang="en" dir': (" dir", "axe: html-has-lang"),
}


def test_the_tools_find_what_is_wrong(tmp_path: Path) -> None:
    html = shown("missing_data", "en")
    broken = []
    for right, (wrong, _) in FAULTS.items():
        assert right in html
        broken.append(looks.Page(wrong, html.replace(right, wrong), axe=("light",)))
    for folder in ("linted", "browsed"):
        (tmp_path / folder).mkdir()
    linted, browsed = looks.lint(broken, tmp_path / "linted"), looks.browse(broken, tmp_path / "browsed")
    for wrong, said in FAULTS.values():
        assert said in "\n".join((*linted[wrong], *browsed[wrong]))


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2, 0 to 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_the_formula_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(palette: Mapping[str, str], text: str, ground: str) -> None:
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_bars_stand_out_from_their_track(palette: Mapping[str, str]) -> None:
    for bar in ("bar", *map(str, State)):
        assert contrast(palette[bar], palette["track"]) >= 3


def test_both_schemes_have_the_same_colours_and_neither_black_nor_white() -> None:
    assert set(LIGHT) == set(DARK)
    assert {"#ffffff", "#000000"}.isdisjoint({*LIGHT.values(), *DARK.values()})


def test_there_is_one_scale_of_type_and_one_set_of_colours() -> None:
    html = shown("mixed", "en")
    sizes = {size.partition("/")[0] for size in SIZES.values()}
    assert set(re.findall(r"(?:font-size:|font:(?:bold )?)(\d+px)", html)) == sizes | {"1px"}  # 1px: of bars
    assert set(re.findall(r"#[0-9a-f]{6}\b", html)) <= {BRAND.colour, *LIGHT.values(), *DARK.values()}


@pytest.mark.parametrize("shown_", [mixed(), agreed()])
def test_a_state_is_never_told_by_colour_alone(shown_: Round) -> None:
    html = html_report(shown_, INVENTORY, TITLES)
    told = re.findall(r'class="(?:state|sign)[ -]\w+"[^>]*>(.*?)</', html)
    assert len(told) > 10
    for said in told:
        assert re.fullmatch(r"[✓!?✕] [A-Z#][A-Za-z0-9 ]*:?", said)


def test_text_from_right_to_left_is_kept_to_itself() -> None:
    name = "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}"
    data = {"name": name, "what": "plugin", "version": "5.6", "latest": "5.7"}
    one = finding(State.WARNING, "versions", "shop", kind="version-outdated", summary=f"{name} 5.6", data=data)
    html = html_report(round_of((one,)), INVENTORY, TITLES)
    assert f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE} 5.6, newest 5.7" in html
    assert f'<span dir="ltr">{name} 5.6</span>' in html


def test_from_right_to_left_everything_is_turned_round() -> None:
    html = shown("mixed", "right to left")
    assert '<html lang="he" dir="rtl">' in html
    assert "border-right:4px solid" in html
    assert "border-left:4px solid" not in html
    assert "text-align:right" in html


def printed(html: str, folder: Path) -> str:
    """The text of a report on paper, pages set apart by form feeds."""
    chromium, pdftotext = shutil.which("chromium"), shutil.which("pdftotext")
    assert chromium, "Debian's package chromium is missing"
    assert pdftotext, "Debian's package poppler-utils is missing"
    page, paper = folder / "page.html", folder / "page.pdf"
    page.write_text(html, encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={paper}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    return subprocess.run([pdftotext, "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout


def test_on_paper_the_details_stand_open(tmp_path: Path) -> None:
    text = printed(html_report(mixed(), INVENTORY, TITLES), tmp_path)
    for said in ("/var/lib/mysql grew by 8 GB since yesterday", "journalctl --vacuum-size=1G", "Needs action now"):
        assert said in text


@pytest.mark.parametrize("lines", [3, 9, 15])  # with which the section begins near the foot of a page
def test_on_paper_a_section_begins_with_its_first_card(lines: int, tmp_path: Path) -> None:
    filler = tuple(idle(f"user{number}") for number in range(lines))
    one = replace(agreed(), findings=(*filler, *agreed().findings))
    sheets = printed(html_report(one, INVENTORY, TITLES), tmp_path).split("\f")
    first = next(text for text in sheets if "Recommended, outside" in text)
    assert "Akismet" in first
