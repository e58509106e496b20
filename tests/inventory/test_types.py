"""Forms that texts must have: those that people really write are taken."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from inventory import types


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (types.url, "http://shop"),
        (types.url, "https://www.bücher.example/a b".replace(" ", "%20")),
        (types.url, "https://203.0.113.10:8443"),
        (types.url, "https://[2001:db8::1]:8443/?store=de"),
        (types.email, "ann+shop@mail.shop.example"),
        (types.email, "o'brien@bücher.example"),
        (types.address, "203.0.113.10"),
        (types.address, "fe80::1%eth0"),
        (types.address, "web_1.example."),
        (types.account, "www-data"),
        (types.account, "SHOP\\ann"),
        (types.account, "machine$"),
        (types.language, "pt-BR"),
        (types.language, "sr-Latn-RS"),
        (types.absolute_path, "/srv/web sites/ü"),
        (types.one_line, "Harbour & Söhne"),
    ],
)
def test_taken(form: Callable[[str], str], text: str) -> None:
    assert form(text) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (types.url, "https://shop.example/#top"),
        (types.url, "https://shop.example/a b"),
        (types.url, "https://shop.example:0"),
        (types.url, "https://10.0.0.300/"),
        (types.url, "https://shop..example/"),
        (types.url, "https://shop.example/\x7f"),
        (types.url, "https://"),
        (types.email, "Ann <ann@shop.example>"),
        (types.email, "ann@shop.example\n"),
        (types.email, "ann@-shop.example"),
        (types.address, "root@web1"),
        (types.address, "web1\n"),
        (types.address, "a" * 254),
        (types.account, "a;b"),
        (types.account, ""),
        (types.name, "shop\n"),
        (types.name, ".."),
        (types.name, "ümlaut"),
        (types.absolute_path, "/srv/\nshop"),
        (types.one_line, "two\nlines"),
        (types.one_line, "\x1b[31m"),
    ],
)
def test_refused(form: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError, match=r"must|not a name"):
        form(text)


KEYS = [
    ed25519.Ed25519PrivateKey.generate(),
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP384R1()),
    ec.generate_private_key(ec.SECP521R1()),
    rsa.generate_private_key(65537, 2048),
]


@pytest.mark.parametrize("key", KEYS)
def test_real_host_keys_are_taken_and_lose_their_comment(key: ed25519.Ed25519PrivateKey) -> None:
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    assert types.host_key(f"{line}  root@web1 of 2024") == line
    for cut in range(len(line) - 1, line.index(" "), -7):
        with pytest.raises(ValueError, match="as `ssh-keyscan` prints it"):
            types.host_key(line[:cut])
    other = "ssh-ed25519" if line.startswith("ssh-rsa") else "ssh-rsa"
    with pytest.raises(ValueError, match="not an"):
        types.host_key(f"{other} {line.split()[1]}")
