"""DKIM signatures of the sender's domain, for mail servers that do not sign themselves."""

import base64
from collections.abc import Callable
from datetime import datetime

import dkim  # type: ignore[import-untyped]
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from inventory.mail import Dkim
from inventory.secrets import Reference

Secrets = Callable[[Reference], str]
"""Fetches a secret; raises SecretError."""

SIGNED = 2 * (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "MIME-Version", "Content-Type", "Content-Language", "Auto-Submitted",
)  # fmt: skip
"""The signed fields, each once more than a message has it, so that nobody can add another."""

_SMALLEST = 1024  # bits of an RSA key; verifiers must not accept less (RFC 8301)
_CANONICAL = (b"relaxed", b"relaxed")


class KeyUnsoundError(Exception):
    """The secret is no key for DKIM. The message names its place, never the key."""


class DkimSigner:
    """Signs mails for one domain."""

    def __init__(self, config: Dkim, secrets: Secrets) -> None:
        """Fetch and check the key: RSA or Ed25519, PEM or the bare base64 of an Ed25519 seed.

        SecretError, KeyUnsoundError where there is none.
        """
        self._domain, self._selector = config.domain.encode(), config.selector.encode()
        self._algorithm, self._key = _key(secrets(config.key), config.key)

    def signed(self, message: bytes, at: datetime) -> bytes:
        """Return the message with its signature first, dated `at`; the same input gives the same bytes."""
        signing = _Dated(message, signature_algorithm=self._algorithm)
        signing.at = at
        field = signing.sign(
            self._selector, self._domain, self._key, canonicalize=_CANONICAL, include_headers=[*SIGNED], length=False
        )
        return bytes(field) + message


class _Dated(dkim.DKIM):  # type: ignore[misc]
    """Signs as of a given moment; dkimpy only supports the present."""

    at: datetime

    def gen_header(self, fields, *more, **named):  # type: ignore[no-untyped-def]
        dated = [(tag, str(int(self.at.timestamp())).encode() if tag == b"t" else value) for tag, value in fields]
        return super().gen_header(dated, *more, **named)


def _key(text: str, place: Reference) -> tuple[bytes, bytes]:
    """Return the algorithm and the key as dkimpy expects them."""
    if "-----BEGIN" not in text:
        return b"ed25519-sha256", _seed(text, place)
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise KeyUnsoundError(f"{place}: no private key without a passphrase") from None  # it may quote the key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _SMALLEST:
        form = serialization.PrivateFormat.TraditionalOpenSSL
        return b"rsa-sha256", key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return b"ed25519-sha256", base64.b64encode(key.private_bytes_raw())
    raise KeyUnsoundError(f"{place}: the key is neither Ed25519 nor RSA of {_SMALLEST} bits or more")


def _seed(text: str, place: Reference) -> bytes:
    try:
        seed = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise KeyUnsoundError(f"{place}: neither a key in PEM nor the base64 of an Ed25519 key")
    return base64.b64encode(seed)
