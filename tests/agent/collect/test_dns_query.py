"""Addresses of name servers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.collect.dns_query import Nameserver, system_nameservers


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("192.0.2.1", "192.0.2.1", 53),
        ("192.0.2.1:5353", "192.0.2.1", 5353),
        ("2001:db8::1", "2001:db8::1", 53),
        ("::1", "::1", 53),
        ("[2001:db8::1]:5353", "2001:db8::1", 5353),
        ("[::1]", "::1", 53),
        ("fe80::1%eth0", "fe80::1%eth0", 53),
    ],
)
def test_addresses_with_and_without_port(text: str, address: str, port: int) -> None:
    assert Nameserver.parse(text) == Nameserver(address, port)
    assert Nameserver.parse(str(Nameserver(address, port))) == Nameserver(address, port)


@pytest.mark.parametrize(
    "text", ["", "dns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2", "[::1", "[x]:5"]
)
def test_other_text_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"name server, such as|port that does not exist"):
        Nameserver.parse(text)


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        server = Nameserver.parse(text)
    except ValueError:
        return
    assert Nameserver.parse(str(server)) == server


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("nameserver 192.0.2.1\nnameserver 2001:db8::1\nsearch example\n", ["192.0.2.1", "2001:db8::1"]),
        ("# none\n", ["127.0.0.1"]),
        ("", ["127.0.0.1"]),
        ("\xff\xfe", ["127.0.0.1"]),
    ],
)
def test_the_machines_own_name_servers(tmp_path: Path, content: str, expected: list[str]) -> None:
    path = tmp_path / "resolv.conf"
    path.write_bytes(content.encode("latin-1"))
    assert [str(server) for server in system_nameservers(str(path))] == expected


def test_without_a_file_it_is_loopback(tmp_path: Path) -> None:
    assert system_nameservers(str(tmp_path / "nothing")) == (Nameserver("127.0.0.1"),)
