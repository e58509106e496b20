"""The probe of the logs check: PHP that reads and groups new records on the host."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.findings import Cause, Memory, NotChecked, NotCheckedError
from checks.logs.facts import LogFacts, join, read_document
from checks.logs.settings import Settings
from checks.platforms import Platform, php_source
from checks.platforms.probe import PHP_SCRIPT, php_arguments, php_payload
from checks.probes import Probe, Scope, Target
from checks.redaction import php_rules, redact
from checks.remedies import remedy_text

_HERE = Path(__file__).parent
_SOURCES = (
    *("redaction", "lines", "cursor", "records", "meaning", "groups", "access"),
    *("nginx", "apache", "fpm", "sources", "files", "reading", "reports", "reader"),
)
_MOST_CURSORS = 60_000  # bytes; one argument of a command may hold 128 KiB

# `ask` is the script that all platforms share. The site's account reads the application's logs; the account that
# logged in, which is often in the group adm, then reads what of the web server's logs the first one could not.
SCRIPT = (
    "ask() {\n(\n"
    + PHP_SCRIPT
    + """
)
}
given=$(cat)
if [ -z "$3" ] || [ "$3" = "$(id -un)" ]; then
    printf '%s\\n' "$given" | ask "$1" "$2" "$3" "$4" "$5" "$6"
    exit
fi
first=$(printf '%s\\n' "$given" | ask "$1" "$2" "$3" "$4" "$5" "$6" 2>&1)
code=$?
if [ "$code" -eq 0 ]; then
    printf '%s\\n' "$first"
    case $first in no-php*) exit 0 ;; esac
    read=$(printf '%s\\n' "$first" | sed -n 's/^{"read":"\\([0-9: ]*\\)".*/\\1/p')
else
    remedy=$(printf '%s\\n' "$first" | sed -n 's/^remedy: //p' | tail -n 1)
    cause=$(printf '%s\\n' "$first" | sed -n 's/^cause: //p' | tail -n 1)
    printf 'failed\\t%s\\t%s\\t%s\\n' "$(printf '%s\\n' "$first" | tail -n 1)" "$remedy" "$cause"
    read=
fi
printf '%s\\n' "$given" | ask "$1" "$2" '' "$4" "$5" "$7$read\\"}"
"""
)


def payload(platforms: Sequence[Platform]) -> str:
    """The platforms' PHP with the reader."""
    return php_payload(platforms, php_rules(), *(php_source(_HERE / f"{name}.php") for name in _SOURCES))


def arguments(target: Target, settings: Settings, memory: Memory) -> Sequence[str]:
    """Those of PHP_SCRIPT, and the options for a second account: JSON that the script completes."""
    site = target.site
    if site is None:
        raise ValueError("logs are asked about a site, not about a host")
    two = bool(site.run_as)
    request = {
        "root": site.root,
        "part": "all",
        "cursors": _newest(memory.get("cursors", {})),
        "since": memory.get("read_at", 0),
        "look_back": int(settings.look_back_hours * 3600),
        "seconds": settings.seconds * (0.6 if two else 1.0),
        "bytes": settings.megabytes * 1_048_576,
        "paths": {_absolute(site.root, path): form for path, form in settings.paths.items()},
        "nginx": settings.nginx,
        "apache": settings.apache,
        "fpm": settings.fpm,
        "fpm_logs": settings.fpm_logs,
        "usual": settings.usual,
    }
    asked = php_arguments("logs", target, request)
    if not two:
        return (*asked, "")
    second = php_arguments(
        "logs", target, {**request, "part": "server", "seconds": settings.seconds * 0.4, "paths": {}}
    )
    return (*asked, second[-1].removesuffix("}") + ', "read": "')


def _absolute(root: str, path: str) -> str:
    return path if path.startswith("/") else f"{root.rstrip('/')}/{path}"


def _newest(cursors: Mapping[str, Any]) -> dict[str, Any]:
    """Return as many cursors as fit an argument, the most recently used first."""
    kept: dict[str, Any] = {}
    room = _MOST_CURSORS
    for key, cursor in sorted(cursors.items(), key=lambda item: -item[1].get("w", 0)):
        room -= len(json.dumps({key: cursor}))
        if room < 0:
            break
        kept[key] = cursor
    return kept


def parse(output: str) -> LogFacts:
    """Parse the runs of one or two accounts. Raises NotCheckedError if neither read anything."""
    if output.startswith("no-php"):
        raise NotCheckedError(
            "PHP was not found on the host, so that no log could be read",
            "install the command line's PHP (`apt install php-cli`), or set `php` of this site to where it is",
            Cause.NO_PROGRAM,
        )
    runs: list[LogFacts] = []
    failed: list[NotChecked] = []
    for line in output.split("\n"):
        if line.startswith("{"):
            runs.append(read_document(line))
        elif line.startswith("failed\t"):
            _, reason, remedy, code = [*line.split("\t"), "", "", ""][:4]
            said = redact(reason) or "the site's account did not answer"
            failed.append(NotChecked("application", said, remedy_text(remedy), Cause.of(code)))
    if not runs:
        why = (
            failed[0] if failed else NotChecked("", "the host gave no answer about the logs", "", Cause.NOT_UNDERSTOOD)
        )
        raise NotCheckedError(why.reason, why.remedy, why.cause)
    facts = runs[0] if len(runs) == 1 else join(runs[0], runs[1])
    if not failed:
        return facts
    # Without the site's own account the platform may not have been recognised either; the reason is the same one.
    return LogFacts(**{**{name: getattr(facts, name) for name in facts.__dataclass_fields__}, "gaps": tuple(failed)})


logs_probe: Probe[LogFacts] = Probe(
    name="logs",
    script=SCRIPT,
    parse=parse,
    scope=Scope.SITE,
    timeout=90.0,
    arguments=arguments,
    payload=payload,
    output_limit=8 * 1024 * 1024,
)
