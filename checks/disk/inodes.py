"""Whether files can still be made on a file system."""

from collections.abc import Sequence

from checks.disk.facts import Mount, Space
from checks.disk.growers import Grower, biggest, remedy, shortcomings
from checks.disk.scene import Scene
from checks.disk.words import percent
from checks.findings import Finding, State

ITEM_PREFIX = "inodes:"
"""Before a mount point, which begins with a slash: the item of its inodes."""


def judge_inodes(mount: Mount, space: Space, scene: Scene) -> tuple[Finding, ...]:
    """The finding about its inodes, or none where it does not count them."""
    if not space.inodes:
        return ()
    state = scene.settings.inode_lines(mount.point).judge(space.inodes_percent)
    left = space.inodes - space.inodes_used
    summary = f"{mount.point} has used {percent(space.inodes_percent)} of its inodes: {left:,} files can still be made"
    data = {"mount": mount.point, "used_percent": round(space.inodes_percent, 2), "left": left, "total": space.inodes}
    details: tuple[str, ...] = ()
    advice = ""
    if state is not State.OK:
        crowds = biggest(mount.many.places if mount.many else (), mount.point, {})
        details = _details(mount, crowds, scene)
        data["growers"] = [{"path": one.path, "files": one.amount} for one in crowds]
        advice = remedy(crowds, mount.point, held_open=False) if crowds else _advice(mount.point)
    item = ITEM_PREFIX + mount.point
    return (Finding(state, "disk-inodes", item, summary, space.inodes_percent, "%", details, advice, data),)


def _details(mount: Mount, crowds: Sequence[Grower], scene: Scene) -> tuple[str, ...]:
    said = [f"{one.amount:,} files in {one.path}" for one in crowds]
    said += shortcomings(mount.many, scene.settings.search)
    if not scene.facts.inodes_searched:
        said.append("what uses them could not be counted: the du of this host has no --inodes")
    return tuple(said)


def _advice(point: str) -> str:
    return (
        "look for folders of very many small files, mostly PHP sessions, var/cache, var/report or a mail queue: "
        f"`du --inodes -x {point} | sort -n | tail`"
    )
