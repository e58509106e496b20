"""Ports by number and by the names people know them by."""

from typing import Any

NAMES = {
    "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "http": 80, "pop3": 110, "sunrpc": 111, "ntp": 123,
    "imap": 143, "snmp": 161, "ldap": 389, "https": 443, "smtps": 465, "submissions": 465, "syslog": 514,
    "submission": 587, "imaps": 993, "pop3s": 995, "rsync": 873, "mysql": 3306, "postgresql": 5432, "redis": 6379,
}  # fmt: skip


def port_number(value: Any) -> int:
    """A port from 0 to 65535 by its number, as text or not, or by its name; ValueError for others."""
    if isinstance(value, str) and value in NAMES:
        return NAMES[value]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{value!r} is no port")
    number = int(value)
    if not 0 <= number <= 65535:
        raise ValueError(f"{number} is no port")
    return number
