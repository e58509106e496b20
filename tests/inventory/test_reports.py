"""Brands and reports as the inventory writes them: what they become, and what is said of mistakes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import reports, types
from inventory.errors import InventoryError
from inventory.reports import LEAST_CONTRAST, Brand, Reporting, contrast_on_white
from tests.inventory.samples import Cases, mistakes, read, read_text

MAIL = "mail: {host: 127.0.0.1, security: none, from: {name: Agency, email: reports@agency.example}}"
FULL = f"""\
services:
  zone: Europe/Berlin
  {MAIL}
brand:
  name: Agency
  colour: "#1F4E79"
  logo: /etc/siterounds/logo.PNG
  url: https://agency.example
  footer: ["Agency Ltd, 1 Harbour Street", "Tel. 01234 56789"]
  templates: /etc/siterounds/templates
clients:
  harbour:
    contacts: [{{name: Ann, email: ann@shop.example}}, {{name: Bob, email: bob@shop.example}}]
    brand: {{name: Harbour Care, colour: "#7a1f1f", logo: /etc/siterounds/harbour.png, footer: [Harbour]}}
    report:
      when: weekly
      day: thursday
      to: [cy@shop.example, Cy@Shop.Example, ann@shop.example]
      approve: false
      pdf: attach
      zone: America/New_York
hosts: {{web1: {{}}}}
"""
HOSTS = "hosts: {h: {}}\n"


def client(folder: Path, keys: str) -> Reporting:
    text = f"{HOSTS}services: {{zone: Asia/Tokyo, {MAIL}}}\nclients: {{c: {{{keys}}}}}\n"
    return read_text(folder, text).clients["c"].report


def test_all_that_may_be_written_arrives(tmp_path: Path) -> None:
    found = read_text(tmp_path, FULL)
    folder = Path("/etc/siterounds")

    assert found.brand == Brand(
        name="Agency",
        colour="#1f4e79",
        logo=folder / "logo.PNG",
        url="https://agency.example",
        footer=("Agency Ltd, 1 Harbour Street", "Tel. 01234 56789"),
        templates=folder / "templates",
    )
    assert found.clients["harbour"].brand == Brand(
        name="Harbour Care", colour="#7a1f1f", logo=folder / "harbour.png", footer=("Harbour",)
    )
    assert found.clients["harbour"].report == Reporting(
        when="weekly",
        day=3,
        to=("cy@shop.example", "ann@shop.example"),
        approve=False,
        pdf="attach",
        zone="America/New_York",
    )


def test_nobody_is_written_to_unasked(tmp_path: Path) -> None:
    contacts = "contacts: [{name: Ann, email: ann@shop.example}]"
    asked = Reporting(to=("ann@shop.example",), zone="Asia/Tokyo")
    empty = "report: {when: , day: , to: , approve: , pdf: , zone: }"

    assert client(tmp_path, "") == Reporting(zone="Asia/Tokyo")
    assert [client(tmp_path, f"{contacts}, {keys}") for keys in ("", "report: ", "report: {}", empty)] == [asked] * 4
    assert not asked.when.removeprefix("never")
    assert asked.approve


def test_all_contacts_are_told_each_once(tmp_path: Path) -> None:
    people = ("ann@shop.example", "Ann@shop.example", "bob@shop.example")
    contacts = ", ".join(f"{{name: X, email: {one}}}" for one in people)
    found = client(tmp_path, f"contacts: [{contacts}], report: {{when: change}}")

    assert found.to == ("ann@shop.example", "bob@shop.example")


def test_a_client_s_brand_goes_before_the_agency_s_but_for_the_logo(tmp_path: Path) -> None:
    found = read_text(tmp_path, FULL)
    agency, own = found.brand, found.clients["harbour"].brand

    assert own.over(agency) == Brand("Harbour Care", "#7a1f1f", agency.logo, agency.url, ("Harbour",), agency.templates)
    assert Brand().over(agency) == agency
    assert agency.over(Brand()) == Brand(**{**{key: getattr(agency, key) for key in Brand.__slots__}, "logo": None})


def test_a_brand_may_stand_in_several_files_each_key_in_one(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(f"{HOSTS}brand: {{name: Agency, logo: logo.png}}\n")
    (tmp_path / "2.yaml").write_text('brand: {colour: "#123456", templates: ours}\n')
    assert read(tmp_path).brand == Brand("Agency", "#123456", tmp_path / "logo.png", templates=tmp_path / "ours")

    (tmp_path / "3.yaml").write_text("brand: {name: Another}\n")
    with pytest.raises(InventoryError) as raised:
        read(tmp_path)
    first = tmp_path / "1.yaml"
    assert [one.message for one in raised.value.issues] == [f"is written twice: first in {first}:2"]


PALE = "cannot be read well on white: its contrast is {}, and 4.5 is needed; choose a darker one"
COLOUR = 'must be a colour of six hexadecimal digits in quotes, such as "#1f4e79"'
PICTURE = "must be the path of a PNG file, such as /etc/siterounds/logo.png"
PEOPLE = "contacts: [{name: Ann, email: ann@shop.example}]"
SERVED = f"{HOSTS}services: {{{MAIL}}}\n"

CASES: Cases = {
    "values of a brand": (
        HOSTS
        + """\
brand:
  name: "a\\nb"
  colour: blue
  logo: logo.svg
  url: agency.example
  footer: Agency Ltd
  templates: "a\\0"
  color: red
""",
        [
            "3: brand.name: must be one line of 1 to 200 characters",
            f"4: brand.colour: {COLOUR}",
            f"5: brand.logo: {PICTURE}",
            "6: brand.url: must be a web address such as https://shop.example",
            "7: brand.footer: must be a list, such as [one, two], not text",
            "8: brand.templates: must be a path on this machine, such as /etc/siterounds/logo.png",
            "9: brand.color: is not a key here; did you mean 'colour'? "
            "known: colour, footer, logo, name, templates, url",
        ],
    ),
    "a brand that is none": (HOSTS + "brand: Agency\n", ["2: brand: must be a block of keys, not text"]),
    "too long a footer": (
        HOSTS + "clients:\n  c:\n    brand:\n      footer: [a, b, c, d, e, f, g, h, i]\n",
        ["5: clients.c.brand.footer: must be 8 lines at most"],
    ),
    "pale colours": (
        HOSTS + "brand:\n  colour: '#ffffff'\nclients:\n  c:\n    brand: {colour: '#777777'}\n",
        [
            f"3: brand.colour: {PALE.format('1.0')}",
            f"6: clients.c.brand.colour: {PALE.format('4.4')}",
        ],
    ),
    "a colour without quotes": (
        HOSTS + "brand:\n  colour: #1f4e79\n  name: 5\n",
        ["4: brand.name: must be text, not the number 5: put it in quotes"],
    ),
    "values of a report": (
        SERVED
        + """\
clients:
  c:
    report:
      when: daily
      day: funday
      to: ann@shop.example
      approve: no
      pdf: false
      zone: Berlin
      at: 06:00
""",
        [
            "6: clients.c.report.when: must be 'change', 'weekly', 'monthly' or 'never', not 'daily'",
            "7: clients.c.report.day: no day is called 'funday'; did you mean 'sunday'? known: friday, monday, "
            "saturday, sunday, thursday, tuesday, wednesday",
            "8: clients.c.report.to: must be a list, such as [one, two], not text",
            "9: clients.c.report.approve: must be true or false, not text",
            "10: clients.c.report.pdf: must be 'attach', 'file' or 'no', not false",
            "11: clients.c.report.zone: must be a time zone such as Europe/Berlin or UTC; did you mean Europe/Berlin?",
            "12: clients.c.report.at: is not a key here; known: approve, day, pdf, to, when, zone",
        ],
    ),
    "addresses of a report": (
        SERVED + "clients:\n  c:\n    report: {when: weekly, to: [ann, b@c.example]}\n",
        ["5: clients.c.report.to[0]: must be an e-mail address such as ann@shop.example"],
    ),
    "a report to no address": (
        SERVED + f"clients:\n  c:\n    {PEOPLE}\n    report: {{when: weekly, to: []}}\n",
        ["6: clients.c.report.to: must name at least one, or be removed"],
    ),
    "nobody to write to": (
        SERVED + "clients:\n  c:\n    report: {when: change}\n  d: {contacts: [], report: {when: monthly}}\n",
        [
            "5: clients.c.report.when: needs somebody to write to: contacts of the client, or addresses as to",
            "6: clients.d.report.when: needs somebody to write to: contacts of the client, or addresses as to",
        ],
    ),
    "no mail server": (
        HOSTS + f"services:\n  mail:\nclients:\n  c:\n    {PEOPLE}\n    report:\n      when: weekly\n",
        ["8: clients.c.report.when: needs services.mail: write there how mail goes out, or here never"],
    ),
    "a day that nothing falls on": (
        SERVED + f"clients:\n  c:\n    {PEOPLE}\n    report:\n      when: monthly\n      day: monday\n"
        "  d: {report: {day: monday}}\n",
        [
            "8: clients.c.report.day: is not used with when: monthly: remove it, or write when: weekly",
            "9: clients.d.report.day: is not used with when: never: remove it, or write when: weekly",
        ],
    ),
    "a number as a day": (
        SERVED + f"clients:\n  c:\n    {PEOPLE}\n    report: {{when: weekly, day: 1}}\n",
        ["6: clients.c.report.day: must be a day of the week, such as monday"],
    ),
}
TAKEN = "a colour without quotes"  # is a comment to YAML; what is wrong there is the name


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [("#ffffff", 1.0), ("#000000", 21.0), ("#777777", 4.48), ("#767676", 4.54), ("#ff0000", 4.0), ("#1f4e79", 8.66)],
)
def test_contrast_as_wcag_counts_it(colour: str, contrast: float) -> None:
    assert contrast_on_white(colour) == pytest.approx(contrast, abs=0.005)


@given(st.integers(0, 0xFFFFFF))
def test_whatever_colour_is_taken_can_be_read(number: int) -> None:
    colour = f"#{number:06X}"
    if contrast_on_white(colour) >= LEAST_CONTRAST:
        assert reports.colour(colour) == colour.lower()
        return
    with pytest.raises(ValueError, match=r"its contrast is ([1-3]\.\d|4\.[0-4]),"):
        reports.colour(colour)


@pytest.mark.parametrize("path", ["logo.png", "/a/b.PNG", "~/x.png", "a b.png"])
def test_pictures(path: str) -> None:
    assert reports.picture(path) == path


@pytest.mark.parametrize("path", ["", ".png", "/etc/.png", "logo", "logo.png ", "logo.jpg", "a\nb.png"])
def test_what_is_no_picture(path: str) -> None:
    with pytest.raises(ValueError, match="path of a PNG"):
        reports.picture(path)


@pytest.mark.parametrize("value", [None, 0, True, [], "Monday", "daily", "mon"])
def test_what_is_no_day_of_the_week(value: object) -> None:
    with pytest.raises(ValueError, match="day"):
        types.weekday(value)
