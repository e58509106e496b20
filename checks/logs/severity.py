"""How grave a group of records is, whatever word its log chose."""

import re
from enum import StrEnum

from checks.logs.facts import LogGroup


class Severity(StrEnum):
    """What a group of records means."""

    FATAL = "fatal"  # a visitor, or a background run, got nothing
    ERROR = "error"
    WARNING = "warning"
    NOISE = "noise"  # known to mean nothing, or caused by visitors' requests alone


_FATAL_TYPES = {
    "fatal error", "parse error", "catchable fatal error", "recoverable fatal error", "core error", "compile error",
}  # fmt: skip
_WARNING_TYPES = {"warning", "core warning", "compile warning"}
_FATAL_LEVELS = {"critical", "alert", "emergency", "crit", "emerg"}
_SERVERS = {"nginx-error", "apache-error"}

# What each form of log is known to say for no reason that anybody could act on. Real logs are full of it.
_NOISE: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = (
    # Magento calls a missing source map critical.
    (frozenset({"monolog"}), re.compile(r"^Unable to resolve the source file for\b")),
    # Visitors and their scanners; Magento asks for its own app/etc/config.php to see that it is refused.
    (
        frozenset({"nginx-error"}),
        re.compile(
            r"^access forbidden by rule|^directory index of .* is forbidden|^open\(\) .* failed \((?:2|13|20|36):"
            r"|^\".*\" is (?:not found|forbidden)|^Primary script unknown|^client intended to send too large body"
            r"|^client sent |^limiting (?:requests|connections)|SSL_(?:do_handshake|read|shutdown)\(\) failed"
            r"|^user \".*\" was not found|^user \".*\": password mismatch|^invalid (?:host|method|URI)"
            r"|open socket #\d+ left in connection|^rewrite or internal redirection cycle"
        ),
    ),
    (
        frozenset({"apache-error"}),
        re.compile(
            r"^AH0(?:1630|1797|0128|0126|0127|1276|1264|0036|0037|0135|1618|1617|1614|0524|2032|2811|0566)\b|^AH10244"
            r"|^Primary script unknown|^script '.*' not found|^client denied by server|^File does not exist"
        ),
    ),
)


def severity_of(group: LogGroup, forms: frozenset[str]) -> Severity:
    """The severity of a group that stood in logs of these forms. PHP's own word outranks the log's level."""
    if any(forms & noise_forms and noise.search(group.message) for noise_forms, noise in _NOISE):
        return Severity.NOISE
    if group.type in _WARNING_TYPES and not group.uncaught:
        # Magento makes an exception of a warning: the visitor got an error page, which a warning alone is not.
        return Severity.ERROR if group.class_ or group.shown else Severity.WARNING
    if group.type in _FATAL_TYPES or group.uncaught:
        return Severity.FATAL
    if group.level in _FATAL_LEVELS:
        mild = forms <= _SERVERS | {"php"} and group.level != "emerg"
        return Severity.ERROR if mild else Severity.FATAL
    return Severity.WARNING if group.level in {"warning", "warn"} else Severity.ERROR
