"""E-mail addresses as they travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.integrations.smtp.message import domain_of, travelling

SOUND = [
    ("ann@shop.example", "ann@shop.example"),
    ("Ann.O'Hara+x/y@Shop.EXAMPLE", "Ann.O'Hara+x/y@shop.example"),
    ("ann@bücher.example", "ann@xn--bcher-kva.example"),
    ("ann@straße.example", "ann@xn--strae-oqa.example"),
    ("jürgen@shop.example", "jürgen@shop.example"),
    ("用户@例子.example", "用户@xn--fsqu00a.example"),
    ("ann@r3---x.example", "ann@r3---x.example"),
    ("ann@a_b.example", "ann@a_b.example"),
]
UNSOUND = [
    "",
    "@",
    "ann",
    "ann@",
    "@shop.example",
    "ann@shop",
    "ann@@shop.example",
    "a b@shop.example",
    "ann@shop .example",
    ".ann@shop.example",
    "ann.@shop.example",
    "a..b@shop.example",
    '"a b"@shop.example',
    "ann@[127.0.0.1]",
    "<ann@shop.example>",
    "ann@shop.example\r\n",
    "ann\r\n@shop.example",
    "ann\x00@shop.example",
    "ann@shop..example",
    "ann@-shop.example",
    "a" * 65 + "@shop.example",
    "ä" * 33 + "@shop.example",
    "ann@" + "a" * 64 + ".example",
    "ann@" + "a." * 130 + "example",
    "ann@shop.example>",
    "a,b@shop.example",
    "ann\u2028@shop.example",
    "ann\u200b@shop.example",
    "ann\ud800@shop.example",
    "ann@shop\ud800.example",
    "ann\xa0@shop.example",
    "ann@shop.example SIZE=1",
]


@pytest.mark.parametrize(("address", "there"), SOUND)
def test_a_sound_address(address: str, there: str) -> None:
    assert travelling(address) == there
    assert domain_of(address) == there.rpartition("@")[2]


@pytest.mark.parametrize("address", UNSOUND, ids=ascii)
def test_an_unsound_address(address: str) -> None:
    with pytest.raises(ValueError, match=r"address|domain"):
        travelling(address)


@given(st.text(max_size=40) | st.from_regex(r"[^@]{1,20}@[^@]{1,20}\.example"))
def test_no_address_speaks_smtp(address: str) -> None:
    try:
        found = travelling(address)
    except ValueError:
        return
    assert found.isprintable()
    assert not {*found} & {*' \r\n\t<>,;:"\\()[]'}
