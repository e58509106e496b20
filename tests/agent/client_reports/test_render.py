"""A client's brand: whose words, whose logo, and what is said of files that are none."""

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.client_reports.render import BrandError, brand_of, logo, templates_of
from inventory.mail import Address, Mail
from inventory.model import Client, Inventory
from inventory.reports import Brand as Written
from inventory.services import Services
from reports.health_report import Logo, ReportBrand


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def png(width: int = 2, height: int = 1, extra: int = 0) -> bytes:
    """A picture of so many pixels, all black."""
    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    parts = chunk(b"IHDR", head), chunk(b"tEXt", b"k\0" + b"x" * extra), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def inventory(agency: Written, own: Written, mail: Mail | None = None) -> Inventory:
    client = Client("harbour", "Harbour Books", brand=own)
    return Inventory({"harbour": client}, {}, {}, services=Services(mail=mail), brand=agency)


def test_with_nothing_written_nothing_of_ours_shows() -> None:
    bare = inventory(Written(), Written())
    assert brand_of(bare, "harbour") == brand_of(bare, None) == ReportBrand()
    assert templates_of(bare, "harbour") is None


def test_both_logos_stand_in_a_client_s_report(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.png", tmp_path / "theirs.png"
    ours.write_bytes(png(20, 10))
    theirs.write_bytes(png(10, 20))
    agency = Written("Agency", "#123456", ours, "https://agency.example", ("Agency Ltd",), tmp_path)
    known = inventory(agency, Written("Harbour Care", logo=theirs))

    assert brand_of(known, "harbour") == ReportBrand(
        agency="Harbour Care",
        colour="#123456",
        logo=Logo("logo.png", png(20, 10), 20, 10),
        client_logo=Logo("client-logo.png", png(10, 20), 10, 20),
        footer=("Agency Ltd",),
        url="https://agency.example",
    )
    assert brand_of(known, None).agency == "Agency"
    assert brand_of(known, None).client_logo is None
    assert templates_of(known, "harbour") == templates_of(known, None) == tmp_path


@pytest.mark.parametrize(("reply_to", "expected"), [(None, "reports@a.example"), ("help@a.example", "help@a.example")])
def test_answers_go_where_mail_says(reply_to: str | None, expected: str) -> None:
    mail = Mail("127.0.0.1", Address("Agency", "reports@a.example"), reply_to=reply_to)
    assert brand_of(inventory(Written(), Written(), mail), "harbour").reply_to == expected


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((240, 80), (240, 80)),
        ((480, 80), (240, 40)),
        ((480, 400), (96, 80)),
        ((4096, 1), (240, 1)),
        ((1, 4096), (1, 80)),
    ],
)
def test_a_large_logo_is_shown_smaller(tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(png(*size))
    assert (found := logo(file, "x.png")) == Logo("x.png", file.read_bytes(), *shown)
    assert (found.width, found.height) == shown


WHOLE = png()
WRONG = {
    "empty": (b"", "is not a PNG file"),
    "jpeg": (b"\xff\xd8\xff\xe0" + b"x" * 99, "is not a PNG file"),
    "svg": (b"<svg/>", "is not a PNG file"),
    "signature": (WHOLE[:8], "is damaged or cut short"),
    "cut in the head": (WHOLE[:30], "is damaged or cut short"),
    "cut in the picture": (WHOLE[:-20], "is damaged or cut short"),
    "another size": (WHOLE[:16] + b"\0\0\0\5" + WHOLE[20:], "is damaged or cut short"),
    "more behind it": (WHOLE + b"x", "is damaged or cut short"),
    "no pixel": (png(0, 1), "is 0 by 1 pixels"),
    "poster": (png(1, 4097), "is 1 by 4097 pixels"),
    "heavy": (png(extra=200_000), "is larger than 200 kB"),
}


@pytest.mark.parametrize(("data", "why"), WRONG.values(), ids=WRONG)
def test_what_is_no_logo_is_said_with_its_file(tmp_path: Path, data: bytes, why: str) -> None:
    file = tmp_path / "our logo.png"
    file.write_bytes(data)
    with pytest.raises(BrandError, match=why) as raised:
        brand_of(inventory(Written(logo=file), Written()), "harbour")
    assert str(file) in str(raised.value)


def test_a_logo_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for file, why in (
        (tmp_path / "none.png", "cannot be read: No such file"),
        (tmp_path, "is not a file"),
        (pipe, "is not a file"),
    ):
        with pytest.raises(BrandError, match=why) as raised:
            brand_of(inventory(Written(), Written(logo=file)), "harbour")
        assert str(file) in str(raised.value)


def test_the_largest_logo_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(png(extra=200_000 - len(png())))
    assert len(logo(file, "x").data) == 200_000


@given(st.binary(max_size=80), st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)))
def test_whatever_a_file_holds_it_is_a_logo_or_refused(
    tmp_path_factory: pytest.TempPathFactory, middle: bytes, before: int, after: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "hostile.png"
    file.write_bytes(WHOLE[:before] + middle + WHOLE[after:])
    try:
        found = logo(file, "x.png")
    except BrandError:
        return
    assert (found.width, found.height) == (2, 1)
