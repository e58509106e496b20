"""A finding of each kind, by what the disk check makes of sample answers."""

from collections.abc import Iterator

from checks import Finding
from tests.checks.disk.answers import GIB, disk
from tests.checks.disk.test_evaluate import judge
from tests.checks.disk.test_history import rising


def examples() -> Iterator[Finding]:
    """Disks that are well, full, filling up, out of inodes, hung, read-only, gone, and closed to us."""
    yield from judge(disk(1, "/")).findings
    yield from judge(disk(1, "/var", size=50 * GIB, used=92, inodes=(1000, 40))).findings
    yield from judge(disk(1, "/var", used=99)).findings
    for daily in (3.0, 2.6):
        yield from rising(61, daily, 8).findings
    yield from rising(70, 2, 10).findings
    yield from judge("mount 9 0:50 / /mnt/nas rw nfs4 nas:/export rw", "hung 9").findings
    yield from judge("fstab /dev/vd1 /var ext4 rw", disk(1, "/var", options="ro")).findings
    yield from judge("fstab UUID=1 /data ext4 defaults 0 2").findings
    yield from judge("mount 1 254:1 / /root/x rw ext4 /dev/vd1 rw", "refused 1 stat: Permission denied").findings
