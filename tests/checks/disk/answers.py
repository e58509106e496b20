"""Answers of the disk probe, written by hand."""

GIB = 2**30


def answer(*lines: str) -> str:
    """An answer that is whole."""
    return "\n".join(("siterounds disk 1", *lines, "end", ""))


def disk(
    key: int = 1,
    point: str = "/",
    *,
    size: float = 20 * GIB,
    used: float = 50,
    options: str = "rw,relatime",
    kind: str = "ext4",
    device: str | None = None,
    root: str = "/",
    inodes: tuple[int, int] = (1000, 900),
) -> str:
    """The lines of one file system of `size` bytes, `used` percent full; `inodes` are all and those left."""
    left = int(size * (100 - used) / 100)
    device = device or f"254:{key}"
    mount = f"mount {key} {device} {root} {point} {options} {kind} /dev/vd{key} rw"
    return f"{mount}\nspace {key} 1 {int(size)} {left} {left} {inodes[0]} {inodes[1]}"
