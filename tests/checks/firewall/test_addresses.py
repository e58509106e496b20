"""Addresses, and which of them are the world."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.firewall.intervals import IntervalSet
from checks.firewall.network import EVERYWHERE, address, network, words, world


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("8.8.8.8", True),
        ("203.0.113.5", True),  # for documentation only, and used for nothing else in these tests
        ("10.1.2.3", False),
        ("172.31.255.255", False),
        ("172.32.0.0", True),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.1.1", False),
        ("239.1.1.1", False),
        ("2001:db8::1", True),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::1", False),
        ("ff02::1", False),
    ],
)
def test_the_world(text: str, inside: bool) -> None:
    family, number = address(text)
    assert (number in world(family)) == inside
    assert number not in world(family, [text])


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_network_is_what_python_says(one: ipaddress.IPv4Address, length: int) -> None:
    known = ipaddress.ip_network(f"{one}/{length}", strict=False)
    family, spans = network(f"{one}/{length}")
    assert (family, spans.amount) == (4, known.num_addresses)
    assert int(one) in spans
    assert words(spans, 4) == (str(known.network_address) if length == 32 else str(known))


def test_ranges() -> None:
    assert network("192.0.2.1-192.0.2.3") == (4, IntervalSet(((0xC0000201, 0xC0000203),)))
    assert words(network("192.0.2.1-192.0.2.3")[1], 4) == "192.0.2.1, 192.0.2.2/31"
    assert words(EVERYWHERE[6], 6) == "::/0"


@pytest.mark.parametrize(
    "text", ["", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4-::1", "any", "1.2.3.4/255.0.255.0", "9" * 99]
)
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear to be|begins in one family"):
        network(text)


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), max_size=50))
def test_many_are_cut_short(parts: list[tuple[int, int]]) -> None:
    assert len(words(IntervalSet.of(parts), 4)) < 200
