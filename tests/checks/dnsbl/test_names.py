"""Names as the DNS is asked for them."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dnsbl.facts import address, ascii_domain, host_of, reversed_address, without_www


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.7", "7.113.0.203"),
        ("127.0.0.2", "2.0.0.127"),
        ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"),
        ("::ffff:7f00:2", "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"),
    ],
)
def test_addresses_are_turned_round(text: str, expected: str) -> None:
    assert reversed_address(text) == expected


@given(st.ip_addresses())
def test_what_is_turned_round_can_be_turned_back(one: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    parts = reversed_address(str(one)).split(".")
    if one.version == 4:
        assert ".".join(reversed(parts)) == str(one)
    else:
        assert len(parts) == 32
        assert int("".join(reversed(parts)), 16) == int(one)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shop.Example", "shop.example"),
        ("shop.example.", "shop.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("παράδειγμα.example", "xn--hxajbheg2az3al.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("例え\u3002テスト", "xn--r8jz45g.xn--zckzah"),
        ("_dmarc.shop.example", "_dmarc.shop.example"),
    ],
)
def test_domains_are_asked_for_in_ascii(text: str, expected: str) -> None:
    assert ascii_domain(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "-a.example", "a b.example", "x" * 64 + ".example", "a." * 130 + "b", "a\n.example", "ü" * 70],
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="domain name"):
        ascii_domain(text)


@given(st.text(max_size=80))
def test_any_text_is_a_domain_or_a_value_error(text: str) -> None:
    try:
        name = ascii_domain(text)
    except ValueError:
        return
    assert name.isascii()
    assert name == name.lower()
    assert len(name) <= 253
    assert ascii_domain(name) == name


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Shop.Example:8443/path?x", "shop.example"),
        ("http://user:secret@shop.example/", "shop.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("http://203.0.113.7:8080/", "203.0.113.7"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize("url", ["", "shop.example", "https://", "https:///x", "http://[2001:db8::1", "https://a..b/"])
def test_a_url_without_a_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of urllib's or ours
        host_of(url)


def test_www_is_taken_off_where_a_domain_is_left() -> None:
    assert without_www("www.shop.example") == "shop.example"
    assert without_www("shop.example") == "shop.example"
    assert without_www("www.example") == "www.example"


def test_an_ipv4_address_dressed_as_ipv6_is_undressed() -> None:
    assert str(address("::ffff:203.0.113.7")) == "203.0.113.7"
    assert str(address("fe80::1%eth0")) == "fe80::1"
    assert address("shop.example") is None
