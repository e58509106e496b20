"""What sudo says when it refuses, and the line for sudoers that would change its mind."""

import re
from collections.abc import Sequence

from checks import Target

_REFUSALS = re.compile(
    r"sudo: (?:a password is required|a terminal is required|interactive authentication is required)"
    r"|may not run sudo on|is not in the sudoers file|I'm afraid I can't do that"
    r"|is not allowed to (?:run sudo|execute)"
)
_FORBIDDEN = re.compile(r"not allowed to execute '(/[^ ']+)[^']*' as ([A-Za-z0-9._-]+)")
_TERMINAL = re.compile(r"sudo: sorry, you must have a tty to run sudo")
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*\$?")


def remedy_for_refusal(lines: Sequence[str], target: Target, user: str) -> str:
    """The line for sudoers that a refusal in these lines of standard error asks for; "" where sudo did not refuse.

    `user` is who the script ran as. Names that came from the host are only repeated where they look like names.
    """
    text = "\n".join(lines)
    who = user if _ACCOUNT.fullmatch(user) else "THE_SSH_USER"
    if _TERMINAL.search(text):
        return f"in sudoers (visudo): Defaults:{who} !requiretty"
    if not _REFUSALS.search(text):
        return ""
    if forbidden := _FORBIDDEN.search(text):
        return f"in sudoers (visudo): {who} ALL=({forbidden[2]}) NOPASSWD: {forbidden[1]}"
    if target.site and target.site.run_as:
        return f"in sudoers (visudo): {who} ALL=({target.site.run_as}) NOPASSWD: {target.site.php or '/usr/bin/php'}"
    return f"in sudoers (visudo), let {who} run this probe's command without a password (NOPASSWD)"
