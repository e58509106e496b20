"""What answers of block lists mean for a site."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from checks.dnsbl.blocklist import BlockList, Code
from checks.dnsbl.facts import Facts, Listing, Trial
from checks.dnsbl.memory import Ground, recovered, remembered
from checks.dnsbl.remarks import remarks
from checks.dnsbl.settings import Settings
from checks.dnsbl.verdict import Verdict, Word, trial_verdict, verdict
from checks.findings import Finding, Gap, Judgement, Memory, State

AGENCY = {"audience": "agency"}
"""Said of findings that are about the tools, not about the client's site."""

STATES = {1: State.CRITICAL, 2: State.WARNING, 3: State.OK}

Rows = Mapping[str, BlockList]
Broken = Mapping[tuple[str, str], Verdict]
"""Why a list cannot be believed about a kind, by its name and the kind."""


def evaluate(facts: Facts, settings: Settings, memory: Memory, now: datetime) -> Judgement:  # noqa: ARG001
    """Judge each listing by the strongest of its codes; a list that does not work says nothing about anybody."""
    if facts.trouble:
        return Judgement((_trouble(facts.trouble),), memory)
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
    ground = Ground(
        looked_up={_item(listing) for listing in believed},
        works={trial.list for trial in trials} - unusable,
        open={*unusable, *(rows if facts.subjects.gaps else ())},
    )
    findings += recovered(memory, findings, ground)
    return Judgement(tuple(findings), remembered(memory, findings))


def _trouble(gap: Gap) -> Finding:
    kind = "no-dns-answer" if gap.reason.startswith("no DNS answer") else "resolver-rewrites"
    return Finding(State.UNKNOWN, kind, "", gap.reason, remedy=gap.remedy, data={"reason": gap.reason, **AGENCY})


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
    """One finding a list that does not work; a single one where none does, whatever ails them."""
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


def _of_listings(rows: Rows, believed: Sequence[Listing], settings: Settings) -> Iterator[Finding]:
    listed: set[tuple[str, str]] = set()
    for listing in believed:
        row = rows[listing.list]
        found = verdict(row, listing.answer)
        if found.word is Word.UNKNOWN:
            yield _undecided(listing, found)
        elif found.word is Word.LISTED and not _below(listing, listed):
            listed.add((listing.list, listing.subject.name))
            yield _listed(listing, found.codes, row, settings)


def _below(listing: Listing, listed: Collection[tuple[str, str]]) -> bool:
    """Whether the same list names a domain above this one already: one cause is said once."""
    labels = listing.subject.name.split(".")
    above = [".".join(labels[start:]) for start in range(1, len(labels))]
    return listing.subject.kind == "domain" and any((listing.list, name) in listed for name in above)


def _undecided(listing: Listing, why: Verdict) -> Finding:
    data = {"target": listing.subject.name, "list": listing.list, "reason": why.reason, "cause": why.kind, **AGENCY}
    summary = f"whether {listing.list} lists {listing.subject.name} is not known: it {why.reason}"
    return Finding(State.UNKNOWN, "listing-unknown", _item(listing), summary, remedy=why.remedy, data=data)


def tier(code: Code, row: BlockList, sends: bool, settings: Settings) -> int:
    """How much one code matters here: a word on the kind of address only where mail leaves from it."""
    if code.policy:
        return 2 if sends and settings.policy_listings else 3
    return code.tier or row.tier


def _listed(listing: Listing, codes: Sequence[Code], row: BlockList, settings: Settings) -> Finding:
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


def _summary(believed: Sequence[Listing], facts: Facts) -> Finding:
    kinds = Counter(listing.subject.kind for listing in {one.subject.name: one for one in believed}.values())
    lists = sorted({listing.list for listing in believed})
    addresses, domains = kinds["v4"] + kinds["v6"], kinds["domain"]
    data = {"lookups": len(believed), "addresses": addresses, "domains": domains, "lists": lists}
    summary = f"{len(believed)} look-ups of {addresses} addresses and {domains} names on {len(lists)} lists"
    details = tuple(f"left out: {text}" for text in facts.subjects.left_out[:20])
    return Finding(State.OK, "lists-asked", "", summary, value=float(len(believed)), details=details, data=data)


def _item(listing: Listing) -> str:
    return f"{listing.subject.name} {listing.list}"
