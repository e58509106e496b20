"""Evaluates the accounts that can administer a site: idle, new, more powerful, or poorly protected ones."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.findings import Cause, CheckResult, Finding, Memory, NotChecked, State
from checks.platforms.facts import Account, SiteFacts
from checks.resolution import resolve_missing, trusted_clock
from checks.users.activity import Newcomer, Usage, Use, advance, usage_of
from checks.users.settings import Settings
from checks.waivers import waive

_MOST = 500  # accounts that are judged
_SUDDEN = ("new", "powers")  # what an exception for the account as such does not cover


def evaluate(facts: SiteFacts, settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """Return a finding for each problem of an account, and one for all accounts in order."""
    clock = trusted_clock(facts.as_of, now)
    everybody = _named([account for account in facts.accounts if account.powers and account.enabled])
    people = dict(list(everybody.items())[:_MOST])
    gaps = [*facts.account_gaps, *_too_many(len(everybody))]
    newcomers, known = advance(memory.get("known"), people, gaps, clock, settings.new_days)
    usages = {login: usage_of(account, clock) for login, account in people.items()}
    findings = [gap.finding() for gap in gaps]
    for login, account in people.items():
        findings += _judge(login, account, usages[login], settings, alone=len(people) == 1)
        findings += _arrival(login, account, newcomers.get(login), settings)
    findings += _second_factors(people, settings, clock)
    findings += _without_evidence(people, usages, settings, clock)
    waived = [_waive(finding, settings, clock) for finding in findings]
    waived += _overview(people, usages, waived, bool(gaps))
    said, bad = resolve_missing(
        waived, memory.get("bad", {}), clock.date(), lambda item: "" if gaps else _over(item, usages)
    )
    return CheckResult(said, {"known": known, "bad": bad})


def _named(accounts: list[Account]) -> dict[str, Account]:
    """By login; where two share one, the later ones with their number."""
    named: dict[str, Account] = {}
    for account in sorted(accounts, key=lambda account: (len(account.id), account.id)):
        named[account.login if account.login not in named else f"{account.login}#{account.id}"] = account
    return named


def _too_many(count: int) -> tuple[NotChecked, ...]:
    if count <= _MOST:
        return ()
    said = f"{count} accounts can administer the site; {_MOST} were looked at"
    return (NotChecked("too-many-accounts", said, "find out why so many people need those powers", Cause.TOO_MUCH),)


def _item(login: str, aspect: str = "") -> str:
    """The item of an account, or of one thing about it; no login can be taken for another's aspect."""
    name = "account:" + login.replace("%", "%25").replace("/", "%2F")
    return f"{name}/{aspect}" if aspect else name


def _waive(finding: Finding, settings: Settings, clock: datetime) -> Finding:
    login = finding.data.get("login")
    if login is None:
        return finding
    aspect = finding.item.rpartition("/")[2] if "/" in finding.item else ""
    keys = (f"{login}/{aspect}",) if aspect in _SUDDEN else (login, f"{login}/{aspect}")
    return waive(finding, settings.exceptions, keys, clock.date())


def _over(item: str, usages: Mapping[str, Usage]) -> str:
    """The sentence for an item that is no longer bad; "" where that is not known."""
    for login, usage in usages.items():
        if item == _item(login):  # what it was idle by may have been cleared away
            return "" if usage.use is Use.UNSEEN else f"{login}: used again"
        if item.startswith(_item(login) + "/"):
            return f"{item}: in order again"
    return "" if item == "second-factor" else f"{item}: no longer there"


def _excepted(login: str, settings: Settings, clock: datetime) -> bool:
    return login in settings.exceptions and settings.exceptions[login].holds(clock.date())


def _judge(login: str, account: Account, usage: Usage, settings: Settings, alone: bool) -> Iterator[Finding]:
    if usage.use is Use.USED:
        if settings.idle.judge(usage.days) is not State.OK:
            yield _idle(login, account, usage, settings, alone)
    elif usage.use is Use.NEVER and usage.days >= settings.grace_days and not _token_lives(usage, settings):
        state = State.CRITICAL if usage.days >= settings.idle.critical else State.WARNING
        yield _never_used(login, account, usage, state)
    if account.login.lower() in {name.lower() for name in settings.default_names}:
        said = f"{login}: a name that every attack tries first"
        remedy = "make a personal account with the same rights, and take the rights from this one"
        yield Finding(
            State.WARNING, "account-default-name", _item(login, "name"), said, remedy=remedy, data=_data(login, account)
        )
    if _is_foreign(account, settings):
        said = f"{login}: its address {account.email} is of none of the agreed domains"
        yield Finding(
            State.WARNING,
            "account-foreign-address",
            _item(login, "address"),
            said,
            remedy="ask whose account it is; correct the address, or take the rights away",
            data=_data(login, account),
        )


def _token_lives(usage: Usage, settings: Settings) -> bool:
    return usage.token_days is not None and usage.token_days < settings.idle.critical


def _idle(login: str, account: Account, usage: Usage, settings: Settings, alone: bool) -> Finding:
    state = settings.idle.judge(usage.days)
    said = f"{login}: last used {_ago(usage.days)} ({usage.source})"
    details = [f"last sign of use: {usage.at:%Y-%m-%d}, by {usage.source}", *usage.remarks]
    remedy = "ask whose it is; then disable it, or take its rights, and end its sessions. Do not delete it"
    kind = "account-idle"
    if usage.token_days is not None and _token_lives(usage, settings):
        details.append(f"a token of it was used {_ago(usage.token_days)}: something still works with it")
        remedy = (
            "find out which integration uses its token, and move that to an account of its own, before disabling it"
        )
        kind, state = "account-idle-token", State.WARNING
    if alone:
        remedy += ". It is the only account that can administer: make another one first"
    data = _data(login, account, days=round(usage.days), last=f"{usage.at:%Y-%m-%d}", source=usage.source)
    return Finding(state, kind, _item(login), said, round(usage.days, 1), "days", tuple(details), remedy, data)


def _never_used(login: str, account: Account, usage: Usage, state: State) -> Finding:
    since = f"created {_ago(usage.days)}" if account.created else "nobody knows when it was created"
    return Finding(
        state,
        "account-never-used",
        _item(login),
        f"{login}: never used, {since}",
        round(usage.days, 1) if account.created else None,
        "days" if account.created else "",
        usage.remarks,
        "ask whether it is needed; if not, disable it",
        _data(login, account, days=round(usage.days) if account.created else None),
    )


def _arrival(login: str, account: Account, newcomer: Newcomer | None, settings: Settings) -> Iterator[Finding]:
    if newcomer is None:
        return
    foreign = _is_foreign(account, settings)
    created = f"created {account.created:%Y-%m-%d}" if account.created else "creation date not known"
    details = [f"{created}; address {account.email or 'none'}; roles: {', '.join(account.roles) or 'none'}"]
    if foreign:
        details.append("its address is of none of the agreed domains")
    if newcomer.gained:
        kind, said = "account-raised", f"{login}: can do more than before: {', '.join(newcomer.gained[:8])}"
    elif newcomer.existed:
        kind, said = "account-raised", f"{login}: an older account that can administer only since {newcomer.since[:10]}"
    else:
        kind, said = "account-new", f"{login}: a new account that can administer, seen since {newcomer.since[:10]}"
    yield Finding(
        State.CRITICAL if foreign else State.WARNING,
        kind,
        _item(login, "powers" if newcomer.gained else "new"),
        said,
        details=tuple(details),
        remedy="ask who did this and why; what nobody ordered is a sign of a break-in",
        data=_data(login, account, since=newcomer.since, gained=list(newcomer.gained)),
    )


def _is_foreign(account: Account, settings: Settings) -> bool:
    domain = account.email.rpartition("@")[2].lower()
    return bool(settings.email_domains) and domain not in {known.lower() for known in settings.email_domains}


def _second_factors(people: Mapping[str, Account], settings: Settings, clock: datetime) -> Iterator[Finding]:
    """One finding a site: where nobody has set it up, one problem has one cause."""
    known = {login: account for login, account in people.items() if account.second_factor is not None}
    without = [
        login for login, account in known.items() if not account.second_factor and not _excepted(login, settings, clock)
    ]
    if not known:
        return
    count, of = len(without), len(known)
    data = {"count": count, "of": of, "logins": without[:100]}
    if without:
        said = f"{count} of {of} who can administer log in without a second factor"
        remedy = "turn it on for all who can administer"
        details = tuple(without[:100])
        state = settings.second_factor
        yield Finding(state, "second-factor-missing", "second-factor", said, count, "", details, remedy, data)
    else:
        said = f"all {of} who can administer have a second factor, or an exception"
        yield Finding(State.OK, "second-factor", "second-factor", said, 0, data=data)


def _without_evidence(
    people: Mapping[str, Account], usages: Mapping[str, Usage], settings: Settings, clock: datetime
) -> Iterator[Finding]:
    """One finding a site: silence proves nothing where the platform writes no log-in down."""
    silent = [
        login
        for login, usage in usages.items()
        if usage.use is Use.UNSEEN
        and not (people[login].created and usage.days < settings.grace_days)
        and not _token_lives(usage, settings)
        and not _excepted(login, settings, clock)
    ]
    if silent:
        said = f"when {len(silent)} of {len(people)} who can administer last logged in is not known"
        details = ("no sign of use was found, which proves nothing:", *silent[:100])
        remedy = (
            "have log-ins written down from now on (a plugin that records the last log-in, or an audit log), or name "
            "the accounts in `users: exceptions:`"
        )
        data = {"reason": said, "count": len(silent), "of": len(people), "logins": silent[:100]}
        yield Finding(State.UNKNOWN, "last-use-unknown", "last-use", said, None, "", details, remedy, data)
    elif people:
        said = "there is a sign of use, or the certainty of none, for all who can administer"
        yield Finding(State.OK, "last-use-known", "last-use", said, data={"of": len(people)})


def _overview(
    people: Mapping[str, Account], usages: Mapping[str, Usage], findings: list[Finding], gaps: bool
) -> Iterator[Finding]:
    """Return one finding for the accounts in order."""
    if not people:
        if not gaps:
            said = "nobody was found who can administer the site, which cannot be"
            yield Finding(State.UNKNOWN, "no-accounts", "accounts", said, data={"reason": said})
        return
    troubled = {
        finding.data.get("login") for finding in findings if finding.state is not State.OK and "login" in finding.data
    }
    well = [login for login in people if login not in troubled]
    said = f"{len(people)} can administer; {len(well)} of them give no cause for concern"
    details = tuple(_line(login, usages[login]) for login in well[:100])
    data = {"count": len(people), "well": len(well)}
    yield Finding(State.OK, "accounts", "accounts", said, float(len(people)), "", details, data=data)


def _line(login: str, usage: Usage) -> str:
    if usage.use is Use.USED:
        return f"{login}: last used {_ago(usage.days)} ({usage.source})"
    return f"{login}: {'not used yet' if usage.use is Use.NEVER else 'no sign of use on record'}"


def _ago(days: float) -> str:
    return f"{days:.0f} days ago" if days >= 1.5 else "a day ago" if days >= 0.5 else "less than a day ago"


def _data(login: str, account: Account, **more: object) -> dict[str, object]:
    """Return the data that client phrases need."""
    return {"login": login, "name": account.name, "roles": list(account.roles), **more}
