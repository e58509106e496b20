"""Which lines let an account read the rules, and nothing more."""

import re
from collections.abc import Iterable

from checks.firewall.facts import Unseen


def remedy(user: str, unseen: Iterable[Unseen]) -> str:
    """The sudoers lines for all that was refused: exact commands, with exact arguments, or with "" for none at all.

    Without it iptables-save may be called with -f and a file, which it then writes as root.
    """
    refused = [one for one in unseen if one.refused]
    if not refused:
        return ""
    lines = [f"{_name(user)} ALL=(root) NOPASSWD: {_sudoers(one.command)}" for one in refused]
    return "as root, `visudo -f /etc/sudoers.d/siterounds` and add:\n" + "\n".join(lines)


def _sudoers(command: str) -> str:
    path, _, arguments = command.partition(" ")
    return f"{_escaped(path)} {_escaped(arguments) if arguments else chr(34) * 2}"


def _escaped(text: str) -> str:
    """Text in which sudoers sees nothing of its own; spaces separate arguments there too."""
    return re.sub(r"([,:=\\*?\[\]!()\"#])", r"\\\1", text)


def _name(user: str) -> str:
    return user if re.fullmatch(r"[a-z_][a-z0-9_-]*", user) else f'"{user.replace(chr(34), "")}"'
