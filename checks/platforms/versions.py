"""Compares version numbers as PHP's version_compare does, which every platform here follows."""

from typing import Final

# dev < alpha = a < beta = b < RC = rc < # (any number) < pl = p; the first form that a part begins with counts. What
# begins with none of them comes before dev.
_FORMS: Final = (
    (b"dev", 0),
    (b"alpha", 1),
    (b"a", 1),
    (b"beta", 2),
    (b"b", 2),
    (b"RC", 3),
    (b"rc", 3),
    (b"#", 4),
    (b"pl", 5),
    (b"p", 5),
)
_NUMBER: Final = b"#N#"  # stands for any number where a number meets a word
_MOST: Final = 2**63 - 1  # PHP counts in machine integers: what is larger is the largest
_DIGITS: Final = frozenset(b"0123456789")
_ALPHANUMERIC: Final = _DIGITS | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SEPARATORS: Final = frozenset(b"-_+")
_DOT: Final = ord(".")
_LIMIT: Final = 4096  # bytes; no version is longer, an attack may be


def compare(left: str, right: str) -> int:
    """-1, 0 or 1 as `left` is older than, the same as, or newer than `right`: 2.4.7 < 2.4.7-p1 < 2.4.8-beta1 < 2.4.8.

    The same answers as PHP's `version_compare($left, $right)`, for any two texts of up to 4,096 bytes.
    """
    return _compare(_bytes(left), _bytes(right))


def newer(version: str | None, than: str | None) -> bool:
    """Whether `version` is newer than `than`; False where either is not known."""
    return version is not None and than is not None and compare(version, than) > 0


def newest(*versions: str | None) -> str | None:
    """The newest of those that are known; None where none is."""
    best: str | None = None
    for version in versions:
        if best is None or newer(version, best):
            best = version
    return best


def _bytes(version: str) -> bytes:
    return version.encode("utf-8", "surrogatepass").split(b"\0", 1)[0][:_LIMIT]


def _compare(left: bytes, right: bytes) -> int:
    while left and right:
        lefts, rights = _parts(left), _parts(right)
        order, place = _first_difference(lefts, rights)
        if order:
            return order
        # What is left over is held against a number: a number there makes its side newer, "rc" makes it older. Where
        # both have something left, one of them has nothing but a last dot, and only the left side's counts.
        left_rest, right_rest = b".".join(lefts[place:]), b".".join(rights[place:])
        if place < len(lefts):
            if left_rest[:1].isdigit():
                return 1
            left, right = left_rest, _NUMBER
        elif place < len(rights):
            if right_rest[:1].isdigit():
                return -1
            left, right = _NUMBER, right_rest
        else:
            return 0
    return bool(left) - bool(right)


def _first_difference(lefts: list[bytes], rights: list[bytes]) -> tuple[int, int]:
    """The first order other than 0 that two parts have, if any, and how many parts were looked at."""
    place = 0
    while place < len(lefts) and place < len(rights):
        if place and (_spent(lefts, place) or _spent(rights, place)):
            break
        if order := _compare_parts(lefts[place], rights[place]):
            return order, place
        place += 1
    return 0, place


def _spent(parts: list[bytes], place: int) -> bool:
    """Whether nothing but a last dot was left before this part."""
    return place == len(parts) - 1 and not parts[place]


def _compare_parts(left: bytes, right: bytes) -> int:
    left_counts, right_counts = left[:1].isdigit(), right[:1].isdigit()
    if left_counts and right_counts:
        return _sign(_number(left) - _number(right))
    return _sign(_rank(_NUMBER if left_counts else left) - _rank(_NUMBER if right_counts else right))


def _number(part: bytes) -> int:
    digits = part[: next((place for place, byte in enumerate(part) if byte not in _DIGITS), len(part))]
    return min(int(digits), _MOST)


def _rank(part: bytes) -> int:
    return next((rank for form, rank in _FORMS if part.startswith(form)), -1)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _parts(version: bytes) -> list[bytes]:
    return (version if version.startswith(b"#") else _canonical(version)).split(b".")


def _canonical(version: bytes) -> bytes:
    """With a dot for each separator, and one between digits and what is none: 1.0RC-2 becomes 1.0.RC.2."""
    written = bytearray(version[:1])
    before = version[0]
    for byte in version[1:]:
        if byte not in _SEPARATORS and _turns(before, byte):
            if written[-1] != _DOT:
                written.append(_DOT)
            written.append(byte)
        elif byte in _ALPHANUMERIC:
            written.append(byte)
        elif written[-1] != _DOT:
            written.append(_DOT)
        before = byte
    return bytes(written)


def _turns(before: int, byte: int) -> bool:
    """Whether digits begin or end here, other than at a dot."""
    return _DOT not in (before, byte) and (before in _DIGITS) is not (byte in _DIGITS)
