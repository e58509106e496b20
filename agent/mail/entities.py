"""The parts of a message as bytes, each in an encoding that every mail server passes on untouched.

By hand, because the email package draws its boundaries by lot, and folds and encodes at its own discretion.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Literal

Kind = Literal["mixed", "alternative", "related"]

_BREAK = re.compile(r"\r\n?|\n")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # no text has these
_FROM = re.compile(rb"^From ", re.MULTILINE)
_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LINE = 57  # bytes, 76 characters of base64


def entity(fields: Iterable[str], body: bytes) -> bytes:
    """Fields, an empty line, and what they are about. Fields are ASCII but for addresses that are not."""
    return "".join(f"{field}\r\n" for field in fields).encode() + b"\r\n" + body


def text(kind: Literal["plain", "html"], content: str) -> bytes:
    """A text part in quoted-printable; its lines end as mail's do."""
    whole = _UNFIT.sub("", _BREAK.sub("\r\n", content)).removesuffix("\r\n") + "\r\n"
    encoded = binascii.b2a_qp(whole.encode(), istext=True)
    safe = _FROM.sub(b"=46=\r\nrom ", encoded)  # mail servers that keep mailboxes in one file would change it
    fields = (f"Content-Type: text/{kind}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable")
    return entity(fields, safe)


def picture(name: str, cid: str, png: bytes) -> bytes:
    """A PNG that the HTML shows by `cid:`; ValueError where it is none."""
    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError(f"the picture {_named(name)} is no PNG")
    fields = (
        f'Content-Type: image/png; name="{_named(name)}.png"',
        "Content-Transfer-Encoding: base64",
        f"Content-ID: <{cid}>",
        f'Content-Disposition: inline; filename="{_named(name)}.png"',
    )
    return entity(fields, _base64(png))


def attachment(name: str, pdf: bytes) -> bytes:
    """A PDF that goes along; ValueError where it is none."""
    if not pdf.startswith(b"%PDF-"):
        raise ValueError("what goes along is no PDF")
    fields = (
        f'Content-Type: application/pdf; name="{_named(name)}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{_named(name)}"',
    )
    return entity(fields, _base64(pdf))


def multipart(kind: Kind, parts: Sequence[bytes], seed: str) -> tuple[str, bytes]:
    """Several parts as one: the field that says so, and the body. The same seed and kind give the same boundary."""
    boundary = "=_" + hashlib.sha256(f"{kind} {seed}".encode()).hexdigest()[:32]  # no encoding of ours has "=_"
    first = '; type="text/html"' if kind == "related" else ""
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'Content-Type: multipart/{kind}{first};\r\n boundary="{boundary}"', body


def _base64(data: bytes) -> bytes:
    return b"".join(base64.b64encode(data[start : start + _LINE]) + b"\r\n" for start in range(0, len(data), _LINE))


def _named(name: str) -> str:
    return _FILE_NAME.sub("-", name)[:60].strip("-.") or "report"
