"""DKIM, verified as a receiving mail server does it."""

import base64
import re
from collections.abc import Callable
from datetime import timedelta

import dkim as verifying  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from agent.integrations.smtp.dkim import DkimSigner, KeyUnsoundError
from agent.integrations.smtp.message import compose
from inventory.mail import Address
from inventory.secrets import Reference
from tests.agent.integrations.smtp.acceptance import complaints
from tests.agent.integrations.smtp.reports import AT, dkim, envelope, parts

RSA = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()
PEM = serialization.Encoding.PEM
OPEN = serialization.NoEncryption()
PKCS8 = serialization.PrivateFormat.PKCS8
LOCKED = serialization.BestAvailableEncryption(b"passphrase")


def in_dns(public: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> Callable[..., bytes]:
    """The public half of a key, as the DNS has it."""
    if isinstance(public, ed25519.Ed25519PublicKey):
        record = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public.public_bytes_raw())
    else:
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)

    def look_up(name: bytes, timeout: float = 5) -> bytes:
        return record if name == b"rounds._domainkey.agency.example." else b""

    return look_up


def signer(text: str) -> DkimSigner:
    def secret(reference: Reference) -> str:
        assert str(reference) == "env:DKIM"
        return text

    return DkimSigner(dkim(), secret)


def verified(message: bytes, public: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> bool:
    return bool(verifying.verify(message, dnsfunc=in_dns(public)))


KEYS = [
    (RSA.private_bytes(PEM, PKCS8, OPEN).decode(), RSA.public_key()),
    (RSA.private_bytes(PEM, serialization.PrivateFormat.TraditionalOpenSSL, OPEN).decode(), RSA.public_key()),
    (ED.private_bytes(PEM, PKCS8, OPEN).decode(), ED.public_key()),
    (base64.b64encode(ED.private_bytes_raw()).decode() + "\n", ED.public_key()),
]


@pytest.mark.parametrize(("key", "public"), KEYS, ids=["pkcs8", "pkcs1", "ed25519", "seed"])
def test_a_signature_holds(key: str, public: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> None:
    message = compose(parts(), envelope())
    signed = signer(key).signed(message, AT)
    assert verified(signed, public)
    assert complaints(signed) == []
    assert signed.endswith(message)
    assert signer(key).signed(message, AT) == signed
    assert signer(key).signed(message, AT + timedelta(1)) != signed
    assert "passphrase" not in repr(signer(key))


def test_what_a_signature_covers() -> None:
    signed = signer(KEYS[0][0]).signed(compose(parts(), envelope()), AT)
    field = re.sub(rb"\s+", b"", signed.partition(b"\r\nFrom:")[0])
    tags = dict(one.split(b"=", 1) for one in field.removeprefix(b"DKIM-Signature:").split(b";"))
    assert (tags[b"c"], tags[b"d"], tags[b"s"], tags[b"t"]) == (
        b"relaxed/relaxed", b"agency.example", b"rounds", str(int(AT.timestamp())).encode(),
    )  # fmt: skip
    assert b"l" not in tags
    covered = tags[b"h"].split(b":")
    for name in (b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post"):
        assert covered.count(name) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"2 things", b"3 things"),
        (b"MIME-Version", b"Subject: another\r\nMIME-Version"),
        (b"is 96 % full", b"is 95 % full"),
        (b"reports/harbour>", b"reports/marina>"),
        (b"need you", b"need you\r\n too"),
        (b"auto-generated", b"no"),
        (b"--\r\n", b"--\r\nmore\r\n"),
    ],
)
def test_a_signature_breaks_with_what_it_covers(before: bytes, after: bytes) -> None:
    signed = signer(KEYS[0][0]).signed(compose(parts(text="It is 96 % full"), envelope()), AT)
    assert verified(signed, RSA.public_key())
    assert before in signed
    assert not verified(signed.replace(before, after), RSA.public_key())


def test_a_message_with_letters_of_all_kinds_is_signed() -> None:
    message = compose(parts(subject="Größe, 日本"), envelope(recipient=Address("Jürgen", "jürgen@bücher.example")))
    assert verified(signer(KEYS[0][0]).signed(message, AT), RSA.public_key())


UNSOUND = [
    "", "secret-but-no-key", "-----BEGIN PRIVATE KEY-----\nsecret-but-no-key\n-----END PRIVATE KEY-----\n",
    base64.b64encode(b"secret-but-no-key").decode(), RSA.private_bytes(PEM, PKCS8, LOCKED).decode(), "\ud800-----BEGIN",
    RSA.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
    ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, OPEN).decode(),
]  # fmt: skip


@pytest.mark.parametrize("key", UNSOUND, ids=range(len(UNSOUND)))
def test_what_is_no_key_is_not_repeated(key: str) -> None:
    with pytest.raises(KeyUnsoundError) as caught:
        signer(key)
    assert str(caught.value).startswith("env:DKIM: ")
    assert "secret-but-no-key" not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
