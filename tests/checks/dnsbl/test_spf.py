"""Addresses out of SPF records."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dnsbl.targets import Senders, senders


@pytest.mark.parametrize(
    ("record", "addresses", "wide"),
    [
        ("v=spf1 ip4:203.0.113.7 -all", ["203.0.113.7"], []),
        ("v=spf1 +ip4:203.0.113.7/32 ~all", ["203.0.113.7"], []),
        ("V=SPF1 IP4:203.0.113.4/30 -ALL", ["203.0.113.4", "203.0.113.5", "203.0.113.6", "203.0.113.7"], []),
        ("v=spf1 ip4:203.0.113.7/31 -all", ["203.0.113.6", "203.0.113.7"], []),
        ("v=spf1 ip4:203.0.113.0/24 ip4:203.0.112.0/27 -all", [], ["203.0.113.0/24", "203.0.112.0/27"]),
        ("v=spf1 ip6:2001:db8::1 ip6:2001:db8:1::/64 -all", ["2001:db8::1", "2001:db8:1::"], []),
        ("v=spf1 ip6:2001:db8::/32 -all", [], ["2001:db8::/32"]),
        ("v=spf1 -ip4:203.0.113.7 ~ip4:203.0.113.8 ?ip4:203.0.113.9 all", [], []),
        ("v=spf1 ip4:2001:db8::1 ip6:203.0.113.7 ip4: ip4 ip4:x ip4:1.2.3 ip4:203.0.113.7/99", [], []),
        ("v=spf1 include:_spf.google.com redirect=other.example a:mail.example mx", [], []),
        ("v=spf1 ip4:203.0.113.7 ip4:203.0.113.7", ["203.0.113.7"], []),
        ("v=spf10 ip4:203.0.113.7", [], []),
        ("google-site-verification=ip4:203.0.113.7", [], []),
    ],
)
def test_what_a_record_allows_by_address(record: str, addresses: list[str], wide: list[str]) -> None:
    assert senders([record]) == Senders(tuple(addresses), tuple(wide))


def test_sixteen_addresses_are_the_most_of_one_term() -> None:
    assert len(senders(["v=spf1 ip4:203.0.113.16/28"]).addresses) == 16


def test_the_domains_own_host_may_send() -> None:
    assert senders(["v=spf1 a mx -all"]).own_host
    assert senders(["v=spf1 +a -all"]).own_host
    assert not senders(["v=spf1 -a a:mail.example -all"]).own_host


def test_a_huge_record_is_read_in_part() -> None:
    record = "v=spf1 " + " ".join(f"ip4:203.{a}.{b}.0" for a in range(200) for b in range(200))
    assert 0 < len(senders([record]).addresses) <= 256


@given(st.lists(st.text(max_size=200)))
def test_any_text_is_read_without_harm(records: list[str]) -> None:
    senders(records)


@given(st.lists(st.ip_addresses(), max_size=20))
def test_every_single_address_is_found(addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> None:
    record = "v=spf1 " + " ".join(f"ip{one.version}:{one}" for one in addresses) + " -all"
    assert {ipaddress.ip_address(one) for one in senders([record]).addresses} == set(addresses)


@given(st.text(alphabet="ip46:/.0123456789abcdef +-~ ", max_size=60))
def test_whatever_comes_out_is_an_address(terms: str) -> None:
    for one in senders(["v=spf1 " + terms]).addresses:
        ipaddress.ip_address(one)
