"""Interprets the answer of a block list: listed, clean, or unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import AddressValueError, IPv4Address

from checks.dnsbl.lists import LOOPBACK, BlockList, Code, Kind
from checks.probes import DnsAnswer, DnsOutcome

OWN_RESOLVER = (
    "Give siterounds a resolver of its own, such as unbound on its machine, and not a public one or a forwarder."
)


class Word(Enum):
    """What is known of a subject after an answer. UNKNOWN is neither of the others."""

    CLEAN = auto()
    LISTED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for one answer, with its codes, or the reason why it is unknown."""

    word: Word
    codes: tuple[Code, ...] = ()
    reason: str = ""
    remedy: str = ""
    kind: str = ""  # of UNKNOWN, for reports: "no-answer", "refused", "rewritten", "new-code"


CLEAN = Verdict(Word.CLEAN)

SILENCE = {
    DnsOutcome.TIMEOUT: ("no-answer", "did not answer"),
    DnsOutcome.REFUSED: ("refused", "refused to answer"),
    DnsOutcome.SERVFAIL: ("no-answer", "could not be asked: the resolver found no working server for it"),
    DnsOutcome.FAILED: ("no-answer", "gave no usable answer"),
}


def unknown(kind: str, reason: str, remedy: str = "") -> Verdict:
    """Return an unknown verdict."""
    return Verdict(Word.UNKNOWN, (), reason, remedy, kind)


def verdict(row: BlockList, answer: DnsAnswer) -> Verdict:
    """What one answer of a list says. Anything but a published code within 127/8, or a plain no, is UNKNOWN."""
    if answer.outcome in (DnsOutcome.NXDOMAIN, DnsOutcome.NODATA):
        return CLEAN
    if answer.outcome is not DnsOutcome.ANSWERED:
        kind, reason = SILENCE[answer.outcome]
        return unknown(kind, f"{reason} ({answer.reason})" if answer.reason else reason)
    addresses = [_loopback(record) for record in answer.records]
    strange = next((text for text, found in zip(answer.records, addresses, strict=True) if found is None), None)
    if strange is not None or not addresses:
        said = f"answered {strange[:40]!r}" if strange else "answered with nothing"
        return unknown("rewritten", f"{said}, as no block list does: something on the way rewrites it", OWN_RESOLVER)
    return _decoded(row, sorted(found for found in addresses if found is not None))


def _decoded(row: BlockList, addresses: Sequence[IPv4Address]) -> Verdict:
    for found in addresses:
        if error := row.error(found):
            return unknown("refused", f"answered {found}: {error.meaning}", _remedy(row))
    meanings = {found: row.decode(found) for found in addresses}
    codes = tuple(dict.fromkeys(code for found in addresses for code in meanings[found]))
    if any(not code.good for code in codes):
        return Verdict(Word.LISTED, tuple(code for code in codes if not code.good))
    if new := [str(found) for found in addresses if not meanings[found]]:
        return unknown("new-code", f"answered {', '.join(new[:5])}, which is none of its published codes")
    return CLEAN


def trial_verdict(row: BlockList, kind: Kind, answers: tuple[DnsAnswer, DnsAnswer]) -> Verdict:
    """Return whether a list works by its two test entries: CLEAN if it does, else UNKNOWN with the reason."""
    entry, no_entry = row.points(kind)
    listed = verdict(row, answers[0])
    if listed.kind == "new-code" and set(answers[0].records) <= set(row.test_codes):
        listed = Verdict(Word.LISTED)
    if listed.word is Word.UNKNOWN:
        return listed
    if listed.word is Word.CLEAN:
        reason = f"does not list its own test entry {entry}: it is empty, has ended, or does not serve this resolver"
        return unknown("refused", reason, f"{_remedy(row)} It must let answers within 127.0.0.0/8 pass.")
    unlisted = verdict(row, answers[1])
    if unlisted.word is Word.LISTED or unlisted.kind == "new-code":
        reason = f"lists {no_entry}, which no list may: it lists everything, and so has ended or changed hands"
        return unknown("wildcard", reason, "Take it out of `lists` if it stays so.")
    return unlisted if unlisted.word is Word.UNKNOWN else CLEAN


def _remedy(row: BlockList) -> str:
    return f"{OWN_RESOLVER} Terms of {row.title or row.zone}: {row.terms}" if row.terms else OWN_RESOLVER


def _loopback(record: str) -> IPv4Address | None:
    try:
        found = IPv4Address(record)
    except AddressValueError:
        return None
    return found if found in LOOPBACK else None
