"""The probe that runs our PHP beside a site, shared by all platforms."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from checks.findings import Memory
from checks.platforms import Platform, php_source
from checks.platforms.facts import SiteFacts, parse
from checks.probes import ONLY_ROOT, Probe, Scope, Target

_FOUNDATION = ("lib", "static", "statements", "expressions", "values", "functions", "database", "runtime")
_HERE = Path(__file__).parent

PHP_SCRIPT = ONLY_ROOT + (_HERE / "site.sh").read_text(encoding="utf-8")
"""Runs the PHP of `php_payload` beside a site: `"$1"` … are `php_arguments`. Without PHP it prints version files."""


def php_payload(platforms: Sequence[Platform], *more: str) -> str:
    """Everything the script needs on its standard input: where versions stand for hosts without PHP, then one program.

    `more` are further PHP sources, without opening tags, that main.php calls: the logs reader.
    """
    lines = [f"{platform.name}\t{path}" for platform in platforms for path in platform.version_files]
    parts = [php_source(_HERE / "php" / f"{name}.php") for name in _FOUNDATION]
    parts += [platform.php for platform in platforms]
    parts += more
    parts.append(php_source(_HERE / "php" / "main.php"))
    return "\n".join([*lines, "<?php", *parts]) + "\n"


def php_arguments(mode: Literal["facts", "logs"], target: Target, options: Mapping[str, Any]) -> Sequence[str]:
    """The arguments of PHP_SCRIPT for a site; `options` are JSON values, to which the host name of its URL is added."""
    site = target.site
    if site is None:
        raise ValueError("the PHP probe is asked about a site, not about a host")
    told = {"host": _host_name(site.url), **options}
    return (mode, site.root, site.run_as or "", site.php or "", site.platform, json.dumps(told, sort_keys=True))


def _host_name(url: str) -> str:
    match = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@?#]*@)?(\[[0-9A-Fa-f:.]+\]|[^/:?#]+)", url)
    return match[1].lower() if match else ""


def _arguments(target: Target, settings: Any, memory: Memory) -> Sequence[str]:  # noqa: ARG001
    return php_arguments("facts", target, {})


site_probe: Probe[SiteFacts] = Probe(
    name="site",
    script=PHP_SCRIPT,
    parse=parse,
    scope=Scope.SITE,
    timeout=60.0,
    arguments=_arguments,
    payload=php_payload,
    output_limit=8 * 1024 * 1024,
)
