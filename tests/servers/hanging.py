"""A file system that never answers, as a network mount does whose server is gone.

Run as `python -m tests.servers.hanging FOLDER COMMAND…` in a mount namespace of its own: mounts a FUSE file system at
FOLDER whose other end reads nothing, and runs the command. Whoever touches FOLDER waits until this process ends.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """The command's exit code."""
    folder, *command = sys.argv[1:]
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"fileserver:/export", os.fsencode(folder), b"fuse.glusterfs", 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "mount", folder)
    return subprocess.run(command, check=False).returncode  # what the test asked for


if __name__ == "__main__":
    assert Path("/dev/fuse").exists(), "this kernel has no FUSE"
    sys.exit(main())
