"""Evaluates the answers of block lists about a site, and of the lists about their own test entries."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from checks.dnsbl.facts import Facts, ListingAnswer, Trial
from checks.dnsbl.lists import BlockList, Code
from checks.dnsbl.settings import Settings
from checks.dnsbl.verdict import Verdict, Word, trial_verdict, verdict
from checks.findings import Cause, CheckResult, Finding, Memory, NotChecked, State
from checks.text import clean

ROUNDS = 10  # for how many rounds an item that is well again is said to be so
MOST_ITEMS = 200  # items


@dataclass(frozen=True, slots=True)
class RoundEvidence:
    """The items that this round could check."""

    looked_up: Collection[str]  # items of all look-ups that were believed
    works: Collection[str]  # lists that came through their trial
    open: Collection[str]  # lists about which nothing can be concluded from silence


def recovered(memory: Memory, findings: Sequence[Finding], ground: RoundEvidence) -> Iterator[Finding]:
    """OK findings for items that were bad and are not any more.

    Only what is wrong is said item by item, and a single list that never works would keep a round from ever being one
    "that did answer": so what was said once is taken back in so many words.
    """
    now = {finding.item for finding in findings}
    for item in _past(memory):
        list_name = item.rpartition(" ")[2]
        if item in now:
            continue
        if item in ground.looked_up:
            yield _well("no-longer-listed", item, f"{item}: not listed")
        elif item in ground.works:
            yield _well("list-usable", item, f"{item} can be believed again")
        elif list_name not in ground.open:
            yield _well("no-longer-concerned", item, f"{item}: nothing is amiss any more")


def remembered(memory: Memory, findings: Sequence[Finding]) -> Memory:
    """Return the bad items with the number of rounds for which each has been OK since."""
    bad = {finding.item: 0 for finding in findings if finding.item and finding.state is not State.OK}
    well = {finding.item for finding in findings if finding.state is State.OK}
    past = _past(memory)
    kept = {item: rounds + (item in well) for item, rounds in past.items() if item not in bad and rounds < ROUNDS}
    return {"bad": dict([*bad.items(), *kept.items()][:MOST_ITEMS])}


def _well(kind: str, item: str, summary: str) -> Finding:
    return Finding(State.OK, kind, item, summary, data={"item": item})


def _past(memory: Memory) -> dict[str, int]:
    past = memory.get("bad", {})
    if not isinstance(past, dict):
        return {}
    return {str(item): rounds for item, rounds in past.items() if isinstance(rounds, int)}


LONGEST = 255  # characters of one remark
MOST_REMARKS = 4  # remarks of one listing
SHORTEST_KEY = 8  # characters of a zone's first label, from which on it may be a key

LINK = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://[^\s<>\"'\]]*|\b(?:www\.|(?:javascript|vbscript|data|file):)[^\s<>\"'\]]*", re.IGNORECASE
)
MAILBOX = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,255}")


def remarks(texts: Iterable[str], name: str, row: BlockList) -> tuple[str, ...]:
    """A listing's TXT records without control characters, mail addresses, and links but the operator's own.

    Where a list is asked at a zone that is not its `name`, that zone and a key in it are not shown either.
    """
    homes = {_home(row.zone), _home(urlsplit(row.delist).hostname or row.zone)}
    cleaned = (_clean(_without_key(text[: 8 * LONGEST], name, row.zone), homes) for text in texts)
    return tuple(dict.fromkeys(text for text in cleaned if text))[:MOST_REMARKS]


def _clean(text: str, homes: set[str]) -> str:
    fit = clean(text, 4 * LONGEST)
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in fit).split())
    unmailed = MAILBOX.sub("[mail address]", plain)
    linked = LINK.sub(lambda match: match[0] if _own(match[0], homes) else "[link]", unmailed)
    return linked if len(linked) <= LONGEST else linked[: LONGEST - 1] + "…"


def _without_key(text: str, name: str, zone: str) -> str:
    if zone == name:
        return text
    key = zone.partition(".")[0]
    private = re.escape(zone) + (f"|{re.escape(key)}" if len(key) >= SHORTEST_KEY else "")
    return re.sub(private, lambda _: name, text, flags=re.IGNORECASE)


def _own(link: str, homes: set[str]) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme.lower() == "https" and _home(parts.hostname or "") in homes
    except ValueError:
        return False


def _home(host: str) -> str:
    """Return the last two labels of a host, which identify the operator of a list's zone well enough."""
    return ".".join(host.lower().rstrip(".").split(".")[-2:])


AGENCY = {"audience": "agency"}
"""The data of findings about the agency's tools, not about the client's site."""

STATES = {1: State.CRITICAL, 2: State.WARNING, 3: State.OK}

Rows = Mapping[str, BlockList]
Broken = Mapping[tuple[str, str], Verdict]
"""Why a list cannot be used for a kind of subject, by list name and kind."""


def evaluate(facts: Facts, settings: Settings, memory: Memory, now: datetime) -> CheckResult:  # noqa: ARG001
    """Judge each listing by the strongest of its codes; a list that does not work says nothing about anybody."""
    if facts.trouble:
        return CheckResult((_trouble(facts.trouble),), memory)
    rows = settings.chosen()
    trials = [trial for trial in facts.trials if trial.list in rows]
    broken = _broken(rows, trials)
    believed = [
        listing
        for listing in facts.listings
        if listing.list in rows and (listing.list, listing.subject.kind) not in broken
    ]
    findings = [gap.finding() for gap in facts.subjects.gaps]
    findings += _of_lists(rows, trials, broken)
    findings += _of_listings(rows, believed, settings)
    if believed:
        findings.append(_summary(believed, facts))
    unusable = {name for name, _ in broken}
    ground = RoundEvidence(
        looked_up={_item(listing) for listing in believed},
        works={trial.list for trial in trials} - unusable,
        open={*unusable, *(rows if facts.subjects.gaps else ())},
    )
    findings += recovered(memory, findings, ground)
    return CheckResult(tuple(findings), remembered(memory, findings))


def _trouble(gap: NotChecked) -> Finding:
    kind = "no-dns-answer" if gap.cause is Cause.NAME_SERVICE else "resolver-rewrites"
    return Finding(
        State.UNKNOWN,
        kind,
        "",
        gap.reason,
        remedy=gap.remedy,
        data={"reason": gap.reason, "cause": gap.cause.value, **AGENCY},
    )


def _broken(rows: Rows, trials: Sequence[Trial]) -> Broken:
    broken: dict[tuple[str, str], Verdict] = {}
    for trial in trials:
        before = trial_verdict(rows[trial.list], trial.kind, trial.before)
        after = trial_verdict(rows[trial.list], trial.kind, trial.after) if trial.after else before
        for found in (after, before):
            if found.word is Word.UNKNOWN:
                broken[trial.list, trial.kind] = found
    return broken


def _of_lists(rows: Rows, trials: Sequence[Trial], broken: Broken) -> list[Finding]:
    """Return a finding for each list that does not work; a single one if none works."""
    names = list(dict.fromkeys(name for name, _ in broken))
    details = tuple(f"{name} ({kind}): {why.reason}" for (name, kind), why in broken.items())
    if len(names) > 1 and len(broken) == len(trials):
        whys = {why.reason for why in broken.values()}
        silent = all(why.kind == "no-answer" for why in broken.values())
        summary = "no DNS answer from any block list" if silent else "none of the block lists can be used"
        summary += f": each {next(iter(whys))}" if len(whys) == 1 else ""
        remedy = next(iter(broken.values())).remedy or "See whether this machine's resolver reaches the internet."
        data = {"reason": summary, "lists": names, **AGENCY}
        return [Finding(State.UNKNOWN, "no-list-usable", "", summary, details=details, remedy=remedy, data=data)]
    return [
        _list_unusable(name, {kind: why for (of, kind), why in broken.items() if of == name}, rows) for name in names
    ]


def _list_unusable(name: str, broken: Mapping[str, Verdict], rows: Rows) -> Finding:
    why = next(iter(broken.values()))
    part = "" if len(broken) == len(rows[name].kinds) else f" about {' and '.join(broken)} addresses"
    details = tuple(f"{kind}: {one.reason}" for kind, one in broken.items())
    data = {"list": name, "reason": why.reason, "cause": why.kind, **AGENCY}
    summary = f"{name} cannot be believed{part}: it {why.reason}"
    return Finding(State.UNKNOWN, "list-unusable", name, summary, details=details, remedy=why.remedy, data=data)


def _of_listings(rows: Rows, believed: Sequence[ListingAnswer], settings: Settings) -> Iterator[Finding]:
    listed: set[tuple[str, str]] = set()
    for listing in believed:
        row = rows[listing.list]
        found = verdict(row, listing.answer)
        if found.word is Word.UNKNOWN:
            yield _undecided(listing, found)
        elif found.word is Word.LISTED and not _below(listing, listed):
            listed.add((listing.list, listing.subject.name))
            yield _listed(listing, found.codes, row, settings)


def _below(listing: ListingAnswer, listed: Collection[tuple[str, str]]) -> bool:
    """Whether the same list names a domain above this one already: one cause is said once."""
    labels = listing.subject.name.split(".")
    above = [".".join(labels[start:]) for start in range(1, len(labels))]
    return listing.subject.kind == "domain" and any((listing.list, name) in listed for name in above)


def _undecided(listing: ListingAnswer, why: Verdict) -> Finding:
    data = {"target": listing.subject.name, "list": listing.list, "reason": why.reason, "cause": why.kind, **AGENCY}
    summary = f"whether {listing.list} lists {listing.subject.name} is not known: it {why.reason}"
    return Finding(State.UNKNOWN, "listing-unknown", _item(listing), summary, remedy=why.remedy, data=data)


def tier(code: Code, row: BlockList, sends: bool, settings: Settings) -> int:
    """Return the weight of a code here: one on the kind of address counts only if mail is sent from it."""
    if code.policy:
        return 2 if sends and settings.policy_listings else 3
    return code.tier or row.tier


def _listed(listing: ListingAnswer, codes: Sequence[Code], row: BlockList, settings: Settings) -> Finding:
    subject = listing.subject
    strongest = min(tier(code, row, subject.sends, settings) for code in codes)
    policy = all(code.policy for code in codes)
    kind = "listed-hint" if strongest == 3 else "listed-by-policy" if policy else "listed"
    meanings = [code.meaning for code in codes]
    said = remarks(listing.texts, listing.list, row)
    cause = next((code.cause for code in codes if code.cause), "")
    details = [f"answer {', '.join(listing.answer.records[:8])}", f"found as: {', '.join(subject.sources[:8])}"]
    details += [f"likely cause: {cause}"] if cause else []
    details += [f"the list says: {text}" for text in said]
    data = {
        "target": subject.name,
        "target_kind": subject.kind,
        "sources": list(subject.sources[:8]),
        "sends": subject.sends,
        "list": listing.list,
        "list_title": row.title or listing.list,
        "tier": strongest,
        "codes": list(listing.answer.records[:8]),
        "meanings": meanings,
        "cause": cause,
        "said": list(said),
        "delist": row.delist,
    }
    summary = f"{subject.name} is listed by {listing.list}: {'; '.join(meanings)}"
    remedy = _remedy(strongest, policy, row)
    return Finding(STATES[strongest], kind, _item(listing), summary, details=tuple(details), remedy=remedy, data=data)


def _remedy(strongest: int, policy: bool, row: BlockList) -> str:
    ask = f"ask for removal at {row.delist}" if row.delist else "ask the list's operator for removal"
    if policy:
        return "" if strongest == 3 else f"Send mail through a mail server that may, or {ask}."
    return "" if strongest == 3 else f"Find and mend the cause first, or it will be listed again; then {ask}."


def _summary(believed: Sequence[ListingAnswer], facts: Facts) -> Finding:
    kinds = Counter(listing.subject.kind for listing in {one.subject.name: one for one in believed}.values())
    lists = sorted({listing.list for listing in believed})
    addresses, domains = kinds["v4"] + kinds["v6"], kinds["domain"]
    data = {"lookups": len(believed), "addresses": addresses, "domains": domains, "lists": lists}
    summary = f"{len(believed)} look-ups of {addresses} addresses and {domains} names on {len(lists)} lists"
    details = tuple(f"left out: {text}" for text in facts.subjects.left_out[:20])
    return Finding(State.OK, "lists-asked", "", summary, value=float(len(believed)), details=details, data=data)


def _item(listing: ListingAnswer) -> str:
    return f"{listing.subject.name} {listing.list}"
