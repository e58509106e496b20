"""The forms that texts of the inventory must have; each raises ValueError with what is allowed."""

import base64
import binascii
import ipaddress
import re
from pathlib import Path

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
ABSOLUTE = r"^/[^\u0000-\u001f\u007f]*$"
OWN_PATH = r"^[^\u0000-\u001f\u007f]+$"
KEY_PATH = r"^(/|~)[^\u0000-\u001f\u007f]+$"
URL = r"^https?://[^\s/?#@\\]+([/?][^\s\\#]*)?$"
EMAIL = r'^[^\s@<>()\[\],;:"\\]{1,64}@[^\s@]+\.[^\s@.]+$'
LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$"
ACCOUNT = r"^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]{0,127}\$?$"
HOST_KEY = r"^\s*(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))\s+[A-Za-z0-9+/]+=*(\s.*)?$"
REFERENCE = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:(/|~/).+|credential:[A-Za-z0-9_.-]+)$"

_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KEY_FIELDS = {  # fields of the public key after the algorithm's name, RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4
    "ssh-ed25519": 1,
    "ssh-rsa": 2,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
}


def name(text: str) -> str:
    """What a client, host, site or tag may be called."""
    if not matches(NAME, text):
        raise ValueError(
            "is not a name: letters, digits, '-', '_' and '.', beginning with a letter or digit, at most 64 of them"
        )
    return text


def one_line(text: str) -> str:
    """A text that people read, on one line."""
    if not text.strip() or len(text) > 200 or _CONTROL.search(text):
        raise ValueError("must be one line of 1 to 200 characters")
    return text.strip()


def language(text: str) -> str:
    """A language as in a web page: "en", "pt-BR"."""
    if not matches(LANGUAGE, text):
        raise ValueError("must be a language code such as en, de or pt-BR")
    return text


def email(text: str) -> str:
    """An e-mail address without a name around it."""
    domain = text.rpartition("@")[2]
    if len(text) > 254 or not matches(EMAIL, text) or not _host_name(domain) or _CONTROL.search(text):
        raise ValueError("must be an e-mail address such as ann@shop.example")
    return text


def url(text: str) -> str:
    """The address of a site: http or https, a host, perhaps a port and a path."""
    example = "must be a web address such as https://shop.example"
    if "@" in text.partition("//")[2].partition("/")[0]:
        raise ValueError(f"{example}, without a user name or a password")
    if len(text) > 2_000 or not matches(URL, text) or _CONTROL.search(text):
        raise ValueError(example)
    place = re.split("[/?]", text.partition("//")[2], maxsplit=1)[0]
    host, colon, port = place.rpartition(":") if re.search(r":[^\]]*$", place) else (place, "", "")
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise ValueError(f"{example}, its port from 1 to 65535")
    bracketed = host.startswith("[") and host.endswith("]")
    if not (_ip(host[1:-1], 6) if bracketed else _host_name(host) or _ip(host, 4)):
        raise ValueError(example)
    return text


def address(text: str) -> str:
    """Where a host is: a name of the DNS or of ~/.ssh/config, or an IP address."""
    if not (_host_name(text) or _ip(text)):
        raise ValueError("must be a host name or an IP address alone, such as web1.example or 203.0.113.10")
    return text


def account(text: str) -> str:
    """The name of an operating system's account."""
    if not matches(ACCOUNT, text):
        raise ValueError("must be an account's name: letters, digits and _ . @ + -, not beginning with '-'")
    return text


def absolute_path(text: str) -> str:
    """A path on a host."""
    if not matches(ABSOLUTE, text) or len(text) > 4_096:
        raise ValueError("must be an absolute path: it begins with /")
    return text


def key_file(text: str) -> str:
    """The path of a private key on the agent's machine; ~ and ~account are expanded."""
    if not matches(KEY_PATH, text) or len(text) > 4_096:
        raise ValueError("must be the path of a private key that begins with / or ~, such as ~/.ssh/id_ed25519")
    return str(_expanded(text))


def own_path(text: str, folder: Path) -> str:
    """The absolute path of a file or folder on the agent's machine; what begins with neither / nor ~ is in `folder`."""
    if not text.strip() or not matches(OWN_PATH, text) or len(text) > 4_096:
        raise ValueError("must be a path on this machine, such as /etc/siterounds/logo.png")
    return str(folder.absolute() / _expanded(text))


def host_key(text: str) -> str:
    """A host's public key: algorithm, key in base64; a comment after it is dropped."""
    what = "must be a host's public key as `ssh-keyscan` prints it after the host's name: ssh-ed25519 AAAA…"
    words = text.split()
    if len(words) < 2 or words[0] not in _KEY_FIELDS:
        raise ValueError(f"{what} (ssh-ed25519, ecdsa-sha2-nistp256, -384, -521 or ssh-rsa)")
    algorithm, encoded = words[:2]
    try:
        fields = _fields(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError(f"{what}; this one is damaged or cut short") from None
    named = fields[0] == algorithm.encode()
    curve = algorithm.rpartition("-")[2].encode()
    if not named or len(fields) != _KEY_FIELDS[algorithm] + 1 or b"" in fields:
        raise ValueError(f"{what}; this one is not an {algorithm} key inside")
    if (algorithm == "ssh-ed25519" and len(fields[1]) != 32) or (algorithm.startswith("ecdsa") and fields[1] != curve):
        raise ValueError(f"{what}; this one is not an {algorithm} key inside")
    return f"{algorithm} {encoded}"


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text has a form of this file, a line's end after it not allowed."""
    return re.fullmatch(pattern.removesuffix("$"), text) is not None


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("names an account after ~ that does not exist on this machine") from None


def _fields(blob: bytes) -> list[bytes]:
    """The length-prefixed strings of an SSH public key, RFC 4251 5; ValueError if they do not fill it."""
    fields: list[bytes] = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size or len(fields) > 3:
            raise ValueError("cut short")
        fields.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    if not fields:
        raise ValueError("empty")
    return fields


def _host_name(text: str) -> bool:
    return len(text) <= 253 and _HOST_NAME.fullmatch(text) is not None and not re.fullmatch(r"[\d.]+", text)


def _ip(text: str, version: int | None = None) -> bool:
    try:
        return version in (None, ipaddress.ip_address(text).version)
    except ValueError:
        return False
