"""Reports as they were rendered, and whom they go to."""

import struct
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from agent.integrations.smtp.message import Envelope, Inline, Parts, message_id
from inventory.mail import Address, Dkim, Mail, Unsubscribe
from inventory.secrets import Reference

AT = datetime(2025, 12, 15, 8, 30, tzinfo=timezone(timedelta(hours=1)))
SENDER = Address("Harbour Help Desk", "reports@agency.example")
ANN = Address("Ann Köster", "ann@shop.example")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PASSWORD = "p\u00e4ss-word-of-ours"
UNSUBSCRIBE = ("https://agency.example/reports/harbour", "mailto:reports@agency.example?subject=unsubscribe%20harbour")

_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Report</title><style>p { margin: 0 }</style></head>
<body><p><img src="cid:logo" alt="Agency"> Two things need you: the disk of “shop” is 96 % full.</p>
<p>From where we stand, all else is well.</p>
</body></html>
"""
_TEXT = """Agency

Two things need you: the disk of “shop” is 96 % full.

From where we stand, all else is well.
"""


def png(width: int = 120, height: int = 40) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\x1f\x4e\x79" * width) * height
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def parts(**changed: Any) -> Parts:
    """A report with a logo."""
    values: dict[str, Any] = {
        "subject": "Harbour Books: 2 things need you", "html": _HTML, "text": _TEXT, "language": "en",
        "inline": (Inline("logo", png()),),
    }  # fmt: skip
    return Parts(**values | changed)


def envelope(**changed: Any) -> Envelope:
    """From the agency to Ann."""
    values: dict[str, Any] = {
        "sender": SENDER, "recipient": ANN, "date": AT, "reply_to": "help@agency.example", "unsubscribe": UNSUBSCRIBE,
        "message_id": message_id("test", "harbour", "2026-12", ANN.email, SENDER.email),
    }  # fmt: skip
    return Envelope(**values | changed)


def config(port: int = 587, ca: Path | None = None, **changed: Any) -> Mail:
    """A mail server on this machine."""
    values: dict[str, Any] = {
        "host": "localhost", "sender": SENDER, "port": port, "ca": ca, "user": "reports",
        "password": Reference("env", "SMTP"), "reply_to": "help@agency.example",
        "unsubscribe": Unsubscribe("https://agency.example/reports/{client}", "reports@agency.example"),
        "messages_a_minute": 600,
    }  # fmt: skip
    return Mail(**values | changed)


def dkim() -> Dkim:
    """The agency signs."""
    return Dkim("agency.example", "rounds", Reference("env", "DKIM"))
