"""Evaluates the file systems of a host: space, inodes, and mounts that are missing."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from checks.disk.facts import Expected, Facts, Mount, by_point
from checks.disk.forecast import SpaceHistory, add, recall, remember
from checks.disk.largest import by_mount
from checks.disk.settings import Settings
from checks.disk.usage import ITEM_PREFIX, HostContext, judge_inodes, judge_space, meant_read_only
from checks.findings import Cause, CheckResult, Finding, Memory, NotChecked, State
from checks.remedies import named
from checks.resolution import resolve_missing

_TYPE = re.compile(
    "ext[234]|xfs|btrfs|zfs|jfs|reiserfs|f2fs|bcachefs|vfat|exfat|ntfs3?|nfs4?|cifs|smb3|ceph|(fuse[.])?glusterfs"
    "|lustre|gfs2|ocfs2|9p|virtiofs"
)


def missing(
    expected: Iterable[Expected],
    pasts: Mapping[str, SpaceHistory],
    present: Collection[str],
    settings: Settings,
    today: int,
) -> tuple[list[Finding], dict[str, SpaceHistory]]:
    """A finding for each mount that /etc/fstab or memory knows and that is not there; and what to keep of their past.

    What /etc/fstab lets be absent (noauto, or nofail and never seen) is not missed. What only memory knows is missed
    for some days and then taken to have been removed.
    """
    lines = {line.point: line for line in expected}
    findings: list[Finding] = []
    kept: dict[str, SpaceHistory] = {}
    for point in sorted({*lines, *pasts} - set(present) - set(settings.ignore)):
        line, past = lines.get(point), pasts.get(point)
        since = max(0, today - past.seen) if past else 0
        if (line is not None and not _demanded(line, past)) or (line is None and since > settings.missing_days):
            continue
        if past is not None:
            kept[point] = past
        findings.append(_finding(point, line))
    return findings, kept


def _demanded(line: Expected, past: SpaceHistory | None) -> bool:
    bound = bool({"bind", "rbind"} & line.options)
    if "noauto" in line.options or not line.point.startswith("/") or not (_TYPE.fullmatch(line.type) or bound):
        return False
    return past is not None or "nofail" not in line.options


def _finding(point: str, line: Expected | None) -> Finding:
    source = "/etc/fstab names it" if line else "it was there before"
    advice = "mount it again; where it was removed for good, name it in disk.ignore or wait until it is forgotten"
    if line:
        shown = named(point, "PATH")
        advice = f"`mount {shown}` tells what is wrong; what was written there meanwhile lies hidden below the mount"
    return Finding(
        State.WARNING,
        "disk-missing",
        point,
        f"{point} is not mounted: {source}",
        remedy=advice,
        data={"mount": point, "in_fstab": line is not None},
    )


def evaluate(facts: Facts, settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """Return findings for the space and, if counted, the inodes of each file system, and for each missing mount."""
    places = by_mount(facts.known_places, [mount.point for mount in facts.mounts])
    scene = HostContext(facts, settings, now.date(), places)
    pasts = recall(memory)
    was_bad = memory.get("bad", {})
    findings: list[Finding] = []
    after: dict[str, SpaceHistory] = {}
    for mount in chosen(facts, settings):
        past = pasts.get(mount.point)
        found, after[mount.point] = _judge(mount, scene, past, add(past, mount, scene.today.toordinal()))
        findings += found
        if mount.hung and ITEM_PREFIX + mount.point in was_bad:  # what is not known must not look like what is over
            reason = f"{mount.point} does not answer"
            findings.append(NotChecked(ITEM_PREFIX + mount.point, reason, cause=Cause.TIMED_OUT).finding())
    present = {mount.point for mount in facts.mounts} | facts.automounts
    findings += [one.finding() for one in facts.left_out]
    absent, kept = missing(facts.expected, pasts, present, settings, scene.today.toordinal())
    findings += absent
    untold = {ITEM_PREFIX + mount.point for mount in facts.mounts if mount.space is None}
    said, bad = resolve_missing(findings, was_bad, scene.today, lambda item: "" if item in untold else _gone(item))
    return CheckResult(said, {"mounts": remember(after | kept), "bad": bad})


def _gone(item: str) -> str:
    return f"{item.removeprefix(ITEM_PREFIX)} is no longer mounted, and not expected to be"


def chosen(facts: Facts, settings: Settings) -> list[Mount]:
    """Return one mount of each file system: preferably an included one, not a bind mount, with the shortest path."""
    visible = by_point(facts.mounts)
    candidates = [mount for mount in visible.values() if mount.point not in settings.ignore and not _empty(mount)]
    candidates.sort(
        key=lambda one: (
            one.point not in settings.include,
            one.space is None,
            one.root != "/",
            len(one.point),
            one.point,
        )
    )
    taken: set[str] = set()
    found = []
    for mount in candidates:
        if mount.device not in taken or mount.point in settings.include:
            found.append(mount)
        taken.add(mount.device)
    return sorted(found, key=lambda one: one.point)


def _empty(mount: Mount) -> bool:
    """Return whether it is a kernel file system without data."""
    return mount.space is not None and mount.space.size == 0


def _judge(
    mount: Mount, scene: HostContext, past: SpaceHistory | None, now: SpaceHistory
) -> tuple[list[Finding], SpaceHistory]:
    settings = scene.settings
    if mount.hung:
        return [_hung(mount, settings)], now
    if mount.space is None:
        shown = named(mount.point, "PATH")
        advice = f"`stat -f {shown}` as this user shows what is refused; set disk.ignore where it does not matter"
        reason = f"{mount.point} could not be asked: {mount.refused}"
        return [NotChecked(mount.point, reason, advice, mount.cause).finding()], now
    inodes = judge_inodes(mount, mount.space, scene)
    if mount.writable:
        finding, now = judge_space(mount, mount.space, scene, now)
        return [finding, *inodes], now
    if _should_be_writable(mount, scene, past):
        return [_read_only(mount, settings), *inodes], replace(now, writable=True)
    return [meant_read_only(mount, mount.space)], now


def _hung(mount: Mount, settings: Settings) -> Finding:
    return Finding(
        State.CRITICAL if settings.is_vital(mount.point) else State.WARNING,
        "disk-hung",
        mount.point,
        f"{mount.point} ({mount.type} from {mount.source}) did not answer within {settings.patience} seconds: "
        "whatever touches it hangs too",
        remedy=f"see whether {named(mount.source, 'its source')} can be reached and serves; "
        f"`umount -f -l {named(mount.point, 'PATH')}` frees what waits",
        data={"mount": mount.point, "source": mount.source, "type": mount.type},
    )


def _should_be_writable(mount: Mount, scene: HostContext, past: SpaceHistory | None) -> bool:
    if mount.failed:
        return True
    if mount.point in scene.settings.read_only:
        return False
    line = next((line for line in scene.facts.expected if line.point == mount.point), None)
    if line is not None:
        return "ro" not in line.options
    return past is not None and past.writable


def _read_only(mount: Mount, settings: Settings) -> Finding:
    return Finding(
        State.CRITICAL if settings.is_vital(mount.point) else State.WARNING,
        "disk-read-only",
        mount.point,
        f"{mount.point} is read-only and should not be: nothing can be written to {mount.source}"
        + (", the kernel stopped it after an error" if mount.failed else ""),
        remedy="`dmesg | grep -i -e error -e remount` tells why, mostly a failing disk; check the file system before "
        f"`mount -o remount,rw {named(mount.point, 'PATH')}`, and make sure of the backup first",
        data={"mount": mount.point, "source": mount.source, "type": mount.type},
    )
