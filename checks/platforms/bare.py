"""What can be said of a site on a host without PHP: the version of its core, and why there is no more."""

import re
from collections.abc import Iterator, Mapping

from checks.findings import Gap
from checks.platforms.facts import SiteFacts, Software
from checks.platforms.platform import Platform

_REASON = "PHP was not found on the host: no more than the version of the core can be read without it"
_REMEDY = (
    "install the command line's PHP (`apt install php-cli php-mysql`), or set `php` of this site in the inventory to "
    "where it is"
)


def parse_bare(output: str) -> SiteFacts:
    """Facts from version files that were printed instead of an answer, each line of a file behind a bar."""
    known = _platforms()
    for name, path, text in _files(output):
        platform = known.get(name)
        match = re.search(platform.version_files[path], text) if platform and path in platform.version_files else None
        if platform and match:
            core = Software("core", name, platform.title, match[1][:100], active=True)
            gap = Gap("php", _REASON, _REMEDY)
            return SiteFacts(name, (core,), software_gaps=(gap,), account_gaps=(gap,))
    denied = [line.split("\t")[2] for line in output.split("\n") if re.fullmatch(r"denied\t[^\t]*\t[^\t]*", line)]
    said = f"; not readable: {', '.join(denied[:5])}" if denied else ""
    gap = Gap("php", f"PHP was not found on the host, and without it nothing was recognised{said}", _REMEDY)
    return SiteFacts("", software_gaps=(gap,), account_gaps=(gap,))


def _files(output: str) -> Iterator[tuple[str, str, str]]:
    """Platform, path and text of each file printed."""
    for part in re.split(r"^file\t", output, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        platform, _, path = head.partition("\t")
        yield platform, path, "\n".join(line[1:] for line in body.split("\n") if line.startswith("|"))


def _platforms() -> Mapping[str, Platform]:
    """The platforms we bring, by name. Imported late: the registry itself stands on this module."""
    from checks.registry import PLATFORMS

    return {platform.name: platform for platform in PLATFORMS}
