"""A file system that takes every question and never answers: who asks it cannot even be killed.

Run as `python -m tests.servers.stuck FOLDER COMMAND…` in a mount namespace of its own; whoever is stuck in FOLDER is
let go when this process ends.
"""

import ctypes
import os
import struct
import subprocess
import sys
import threading

INIT = 26
"""The one FUSE request that is answered, because without it none is taken."""


def main() -> int:
    """The command's exit code."""
    folder, *command = sys.argv[1:]
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"stuck", os.fsencode(folder), b"fuse", 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "mount", folder)
    threading.Thread(target=_take, args=(device,), daemon=True).start()
    return subprocess.run(command, check=False).returncode  # what the test asked for


def _take(device: int) -> None:
    while True:
        request = os.read(device, 1 << 17)
        _, operation, unique = struct.unpack("<IIQ", request[:16])
        if operation == INIT:
            answer = struct.pack("<IIIIHHIIHHI", 7, 31, 65536, 0, 12, 9, 65536, 1, 32, 0, 0) + b"\0" * 28
            os.write(device, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)


if __name__ == "__main__":
    sys.stdout.flush()
    os._exit(main())  # at once: no thread and no child may keep the device
