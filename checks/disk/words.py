"""Sizes as people read them."""


def size(amount: float) -> str:
    """Bytes in the largest unit that leaves at least one: "4.1 GiB"."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(amount) < 1000 or unit == "TiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if abs(amount) >= 100 or unit == "B" else f"{amount:.1f} {unit}"


def percent(value: float) -> str:
    """A share that is never rounded up to a full disk: "99.9 %", and "100 %" only where it is."""
    cut = int(value * 10) / 10
    return f"{cut:.1f} %" if 99 <= cut < 100 else f"{value:.0f} %"
