"""E-mail addresses as they travel: sound, and with the domain as the DNS has it."""

import re

import idna

_ATOMS = re.compile(r"[^\x00-\x20\x7f-\xa0\s\"(),:;<>@\[\]\\.]+(?:\.[^\x00-\x20\x7f-\xa0\s\"(),:;<>@\[\]\\.]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_LONGEST_LOCAL = 64  # octets, as SMTP has it
_LONGEST = 254


def travelling(address: str) -> str:
    """The address with its domain in ASCII; what stands before the @ may be any letters. ValueError where it is none.

    Domains become ASCII as IDNA 2008 says: the rules before it would send mail for straße.example elsewhere.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _ATOMS.fullmatch(local) or not local.isprintable() or len(_octets(local)) > _LONGEST_LOCAL:
        raise ValueError("it is no e-mail address")
    try:
        there = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError("its domain is none that the DNS could have") from error
    if not _DOMAIN.fullmatch(there) or len(_octets(local)) + 1 + len(there) > _LONGEST:
        raise ValueError("its domain is none that the DNS could have")
    return f"{local}@{there}"


def domain_of(address: str) -> str:
    """The domain of an address in ASCII; ValueError where it is no address."""
    return travelling(address).rpartition("@")[2]


def _octets(local: str) -> bytes:
    return local.encode("utf-8", "replace")
