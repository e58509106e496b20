"""The forms that texts of the service must have; each raises ValueError with what is allowed."""

from inventory import texts

ENDPOINT = r"^((127(\.[0-9]{1,3}){3}|localhost|\[::1\]):[0-9]{1,5}|unix:/[^\u0000-\u001f\u007f]+)$"
SOCKET = r"^/[^\u0000-\u001f\u007f]*[^\u0000-\u001f\u007f/]$"
LONGEST_SOCKET = 107
"""Bytes of the path of a Unix socket, by Linux."""


def socket(text: str) -> str:
    """The path of a Unix socket."""
    if not texts.matches(SOCKET, text) or len(text.encode()) > LONGEST_SOCKET:
        raise ValueError(f"must be the absolute path of a socket, at most {LONGEST_SOCKET} bytes long")
    return text


def endpoint(text: str) -> str:
    """Where we listen for whoever scrapes: on this very machine alone."""
    example = "must be on this very machine, such as 127.0.0.1:9180, [::1]:9180 or unix:/run/siterounds/http"
    if not texts.matches(ENDPOINT, text):
        raise ValueError(example)
    if text.startswith("unix:"):
        return f"unix:{socket(text.removeprefix('unix:'))}"
    host, _, port = text.rpartition(":")
    if not 0 < int(port) < 65_536:
        raise ValueError(f"{example}, its port from 1 to 65535")
    if host not in ("localhost", "[::1]"):
        try:
            texts.address(host)
        except ValueError:
            raise ValueError(example) from None
    return text
