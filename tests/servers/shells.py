"""Probe scripts run by real shells, in private mount namespaces where they need file systems of their own."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from checks import Probe

SHELLS = {"dash": ("dash",), "busybox": ("busybox", "ash"), "bash": ("bash", "--posix")}
"""What /bin/sh is on Debian, on Alpine, on Red Hat's family."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def ask(
    probe: Probe[Any],
    arguments: Sequence[str] = (),
    *,
    shell: str = "dash",
    inside: Sequence[str] = (),
    setup: str = "",
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> str:
    """What the probe's script prints, run as the runner runs it.

    `inside` is a command in front, such as `ip netns exec NAME`. `setup` is run first, in a mount namespace that is
    gone with the script and everything mounted in it. AssertionError where the script fails or complains.
    """
    command = [*SHELLS[shell], "-c", probe.script, probe.name, *arguments]
    if setup:
        prepared = f'set -e\n{setup}\nexec "$@"'
        command = ["unshare", "--mount", "dash", "-c", prepared, "dash", *command]
    done = subprocess.run(  # the project's own scripts
        [*inside, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"LC_ALL": "C", "PATH": PATH, **(environment or {})},
        user=user,
        group=None if user is None else "nogroup",
        extra_groups=None if user is None else [],
        cwd="/",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert done.stderr == b""
    return done.stdout.decode(errors="replace")


needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: it mounts file systems or makes network namespaces of its own"
)
