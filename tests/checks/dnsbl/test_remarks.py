"""What a list says in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dnsbl.evaluate import remarks
from checks.dnsbl.lists import PSBL, ZEN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Listed, see https://www.spamhaus.org/sbl/query/SBL1", "Listed, see https://www.spamhaus.org/sbl/query/SBL1"),
        ("see http://www.spamhaus.org/x", "see [link]"),
        ("see https://spamhaus.org.evil.example/", "see [link]"),
        ("see https://www.spamhaus.org@evil.example/", "see [mail address]"),
        ("see ftp://spamhaus.org/ and www.evil.example/x", "see [link] and [link]"),
        ("javascript:alert(1) data:text/html,x", "[link] [link]"),
        ("see https://[broken", "see [link]"),
        ("mail abuse@victim.example now", "mail [mail address] now"),
        ("a\x1b[31mred\x00\r\n\u202eb\u00adc", "ared\ufffd\ufffd \ufffdb c"),
        ("  ", None),
    ],
)
def test_remarks_are_made_safe(text: str, shown: str | None) -> None:
    assert remarks([text], ZEN.zone, ZEN) == (() if shown is None else (shown,))


def test_the_page_for_removal_is_the_operators_too() -> None:
    assert remarks(["see https://psbl.org/listing?ip=203.0.113.7"], PSBL.zone, PSBL) == (
        "see https://psbl.org/listing?ip=203.0.113.7",
    )


def test_remarks_are_short_and_few() -> None:
    (one,) = remarks(["x" * 65_000], ZEN.zone, ZEN)
    assert len(one) == 255
    assert one.endswith("…")
    assert len(remarks([f"remark {number}" for number in range(100)], ZEN.zone, ZEN)) == 4
    assert remarks(["same", "same"], ZEN.zone, ZEN) == ("same",)


@given(st.lists(st.text(max_size=400), max_size=6))
def test_no_text_does_harm(texts: list[str]) -> None:
    for one in remarks(texts, ZEN.zone, ZEN):
        assert len(one) <= 255
        assert one.isprintable()
        assert "://" not in one or "https://" in one
