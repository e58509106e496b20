"""Forms that texts must have: those that people really write are taken."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from inventory import texts


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (texts.url, "http://shop"),
        (texts.url, "https://www.bücher.example/a b".replace(" ", "%20")),
        (texts.url, "https://203.0.113.10:8443"),
        (texts.url, "https://[2001:db8::1]:8443/?store=de"),
        (texts.email, "ann+shop@mail.shop.example"),
        (texts.email, "o'brien@bücher.example"),
        (texts.address, "203.0.113.10"),
        (texts.address, "fe80::1%eth0"),
        (texts.address, "web_1.example."),
        (texts.account, "www-data"),
        (texts.account, "SHOP\\ann"),
        (texts.account, "machine$"),
        (texts.language, "pt-BR"),
        (texts.language, "sr-Latn-RS"),
        (texts.absolute_path, "/srv/web sites/ü"),
        (texts.one_line, "Harbour & Söhne"),
    ],
)
def test_taken(form: Callable[[str], str], text: str) -> None:
    assert form(text) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (texts.url, "https://shop.example/#top"),
        (texts.url, "https://shop.example/a b"),
        (texts.url, "https://shop.example:0"),
        (texts.url, "https://10.0.0.300/"),
        (texts.url, "https://shop..example/"),
        (texts.url, "https://shop.example/\x7f"),
        (texts.url, "https://"),
        (texts.email, "Ann <ann@shop.example>"),
        (texts.email, "ann@shop.example\n"),
        (texts.email, "ann@-shop.example"),
        (texts.address, "root@web1"),
        (texts.address, "web1\n"),
        (texts.address, "a" * 254),
        (texts.account, "a;b"),
        (texts.account, ""),
        (texts.name, "shop\n"),
        (texts.name, ".."),
        (texts.name, "ümlaut"),
        (texts.absolute_path, "/srv/\nshop"),
        (texts.one_line, "two\nlines"),
        (texts.one_line, "\x1b[31m"),
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

    assert texts.host_key(f"{line}  root@web1 of 2024") == line
    for cut in range(len(line) - 1, line.index(" "), -7):
        with pytest.raises(ValueError, match="as `ssh-keyscan` prints it"):
            texts.host_key(line[:cut])
    other = "ssh-ed25519" if line.startswith("ssh-rsa") else "ssh-rsa"
    with pytest.raises(ValueError, match="not an"):
        texts.host_key(f"{other} {line.split()[1]}")
