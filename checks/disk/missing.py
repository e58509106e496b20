"""File systems that should be there."""

import re
from collections.abc import Collection, Iterable, Mapping

from checks.disk.facts import Expected
from checks.disk.history import Past
from checks.disk.settings import Settings
from checks.findings import Finding, State

_TYPE = re.compile(
    "ext[234]|xfs|btrfs|zfs|jfs|reiserfs|f2fs|bcachefs|vfat|exfat|ntfs3?|nfs4?|cifs|smb3|ceph|(fuse[.])?glusterfs"
    "|lustre|gfs2|ocfs2|9p|virtiofs"
)


def missing(
    expected: Iterable[Expected],
    pasts: Mapping[str, Past],
    present: Collection[str],
    settings: Settings,
    today: int,
) -> tuple[list[Finding], dict[str, Past]]:
    """A finding for each mount that /etc/fstab or memory knows and that is not there; and what to keep of their past.

    What /etc/fstab lets be absent (noauto, or nofail and never seen) is not missed. What only memory knows is missed
    for some days and then taken to have been removed.
    """
    lines = {line.point: line for line in expected}
    findings: list[Finding] = []
    kept: dict[str, Past] = {}
    for point in sorted({*lines, *pasts} - set(present) - set(settings.ignore)):
        line, past = lines.get(point), pasts.get(point)
        since = max(0, today - past.seen) if past else 0
        if (line is not None and not _demanded(line, past)) or (line is None and since > settings.missing_days):
            continue
        if past is not None:
            kept[point] = past
        findings.append(_finding(point, line))
    return findings, kept


def _demanded(line: Expected, past: Past | None) -> bool:
    bound = bool({"bind", "rbind"} & line.options)
    if "noauto" in line.options or not line.point.startswith("/") or not (_TYPE.fullmatch(line.type) or bound):
        return False
    return past is not None or "nofail" not in line.options


def _finding(point: str, line: Expected | None) -> Finding:
    source = "/etc/fstab names it" if line else "it was there before"
    advice = f"mount it again; where it was removed for good, name {point} in disk.ignore or wait until it is forgotten"
    if line:
        advice = f"`mount {point}` tells what is wrong; what was written there meanwhile lies hidden below the mount"
    return Finding(
        State.WARNING,
        "disk-missing",
        point,
        f"{point} is not mounted: {source}",
        remedy=advice,
        data={"mount": point, "in_fstab": line is not None},
    )
