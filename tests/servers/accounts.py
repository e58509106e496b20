"""Accounts of the system's own for tests that need one: made by root, gone when the test is."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SUDOERS = Path("/etc/sudoers.d")

IN_USE = 8
"""What userdel exits with while the account has processes."""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it makes an account of the system's own")


@dataclass(frozen=True, slots=True)
class SystemAccount:
    """A person of the system who can log in with a key, and has no password."""

    name: str
    home: Path

    def may(self, line: str) -> None:
        """Put a line into sudoers."""
        rules = SUDOERS / self.name
        rules.write_text(f"{line}\n")
        rules.chmod(0o440)


@contextmanager
def account(suffix: str, shell: str = "/bin/sh") -> Iterator[SystemAccount]:
    """An account with a home of its own for as long as the block lasts."""
    name = f"sr-{os.getpid()}-{suffix}"
    home = Path(tempfile.mkdtemp(prefix="siterounds-home-"))
    made = ["--system", "--no-create-home", "--home-dir", str(home), "--shell", shell, "--password", "*", name]
    try:
        subprocess.run(["useradd", *made], check=True, stderr=subprocess.PIPE)
        shutil.chown(home, name)
        home.chmod(0o755)
        yield SystemAccount(name, home)
    finally:
        (SUDOERS / name).unlink(missing_ok=True)
        _remove(name)
        shutil.rmtree(home, ignore_errors=True)


def _remove(name: str) -> None:
    """Take an account out, once its last session has ended."""
    for _ in range(100):
        done = subprocess.run(["userdel", name], check=False, stderr=subprocess.DEVNULL)
        if done.returncode != IN_USE:
            return
        time.sleep(0.1)
    subprocess.run(["userdel", "--force", name], check=True)
