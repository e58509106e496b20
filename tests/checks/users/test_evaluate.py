"""What is said of people, by what is known of their use of a site."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.check import Threshold
from checks.findings import CheckResult, Finding, NotChecked, State
from checks.platforms.facts import Account, Evidence, SiteFacts
from checks.users import Settings, check
from checks.waivers import Waiver

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOWN = NotChecked("database", "it refuses the account", "correct the password")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def seen(days: float, source: str = "login session") -> Evidence:
    return Evidence(ago(days), source)


def person(login: str = "ada", **more: object) -> Account:
    given_fields: dict[str, object] = {
        "login": login,
        "id": str(sum(login.encode())),
        "name": login.title(),
        "email": f"{login}@agency.example",
        "roles": ("administrator",),
        "powers": ("all",),
        "created": ago(1000),
        "evidence": (seen(2),),
    }
    return Account(**{**given_fields, **more})  # type: ignore[arg-type]


def judged(
    *accounts: Account,
    gaps: Iterable[NotChecked] = (),
    settings: Settings | None = None,
    memory: object = None,
    now: datetime = NOW,
    as_of: datetime | None = None,
) -> CheckResult:
    facts = SiteFacts("some", (), accounts, account_gaps=tuple(gaps), as_of=as_of or now)
    return check.evaluate(facts, settings or Settings(), memory or {}, now)  # type: ignore[arg-type]


def by_item(judgement: CheckResult) -> dict[str, Finding]:
    found = {finding.item: finding for finding in judgement.findings}
    assert len(found) == len(judgement.findings), "an item has one finding"
    return found


def said(*accounts: Account, **more: object) -> dict[str, tuple[State, str]]:
    """State and kind by item, without what is well."""
    found = by_item(judged(*accounts, **more))  # type: ignore[arg-type]
    return {item: (one.state, one.kind) for item, one in found.items() if one.state is not State.OK}


ADA = person()


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (person("bob", evidence=(seen(59.9),)), None),
        (person("bob", evidence=(seen(60),)), (State.WARNING, "account-idle")),
        (person("bob", evidence=(seen(89.9),)), (State.WARNING, "account-idle")),
        (person("bob", evidence=(seen(90),)), (State.CRITICAL, "account-idle")),
        (person("bob", evidence=(seen(400), seen(3, "audit log"), seen(90))), None),
        (person("bob", evidence=(), absence_is_never=True, created=ago(29)), None),
        (person("bob", evidence=(), absence_is_never=True, created=ago(30)), (State.WARNING, "account-never-used")),
        (person("bob", evidence=(), absence_is_never=True, created=ago(90)), (State.CRITICAL, "account-never-used")),
        (person("bob", evidence=(seen(400),), tokens_used=ago(4)), (State.WARNING, "account-idle-token")),
        (person("bob", evidence=(seen(400),), tokens_used=ago(200)), (State.CRITICAL, "account-idle")),
        (person("bob", evidence=(), absence_is_never=True, tokens_used=ago(4)), None),
        (person("bob", evidence=(seen(400),), enabled=False), None),
        (person("bob", evidence=(seen(400),), powers=()), None),
    ],
)
def test_idleness_is_judged_by_the_latest_sign_of_use(account: Account, expected: tuple[State, str] | None) -> None:
    assert said(ADA, account) == ({"account:bob": expected} if expected else {})


def test_an_idle_account_names_day_and_sign_and_what_to_do() -> None:
    finding = by_item(judged(ADA, person("bob", evidence=(seen(100.2, "last published revision"), seen(300)))))[
        "account:bob"
    ]
    assert finding.summary == "bob: last used 100 days ago (last published revision)"
    assert (finding.value, finding.unit) == (100.2, "days")
    assert finding.details[0] == "last sign of use: 2026-08-15, by last published revision"
    assert "Do not delete it" in finding.remedy
    assert finding.data == {
        "login": "bob",
        "name": "Bob",
        "roles": ["administrator"],
        "days": 100,
        "last": "2026-08-15",
        "source": "last published revision",
    }


def test_a_living_token_sends_one_to_the_integration_first() -> None:
    finding = by_item(judged(ADA, person("bob", evidence=(seen(400),), tokens_used=ago(4))))["account:bob"]
    assert "a token of it was used 4 days ago" in finding.details[1]
    assert finding.remedy.startswith("find out which integration uses its token")


def test_the_only_administrator_is_not_to_be_disabled() -> None:
    assert "make another one first" in by_item(judged(person(evidence=(seen(200),))))["account:ada"].remedy
    assert "make another" not in by_item(judged(ADA, person("bob", evidence=(seen(200),))))["account:bob"].remedy


def test_silence_is_one_unknown_a_site_and_never_called_never() -> None:
    quiet = [person(login, evidence=()) for login in ("bob", "carol")]
    fresh = person("dave", evidence=(), created=ago(3))
    by_token = person("erp", evidence=(), tokens_used=ago(3))
    found = by_item(judged(ADA, *quiet, fresh, by_token))
    finding = found["last-use"]
    assert (finding.state, finding.kind) == (State.UNKNOWN, "last-use-unknown")
    assert finding.summary == "when 2 of 5 who can administer last logged in is not known"
    assert finding.details[1:] == ("bob", "carol")
    assert finding.remedy
    assert not any("never" in one.summary or "1970" in one.summary for one in found.values())


def test_an_exception_may_say_that_silence_is_in_order() -> None:
    settings = Settings(exceptions={"bob": Waiver("writes the cron posts", "Ada", date(2027, 1, 1))})
    found = by_item(judged(ADA, person("bob", evidence=()), settings=settings))
    assert found["last-use"].kind == "last-use-known"


@pytest.mark.parametrize("absence_is_never", [True, False])
def test_a_sign_from_the_future_is_not_believed(absence_is_never: bool) -> None:
    tomorrow = person("bob", evidence=(seen(-30),), absence_is_never=absence_is_never)
    assert said(ADA, tomorrow) == {"last-use": (State.UNKNOWN, "last-use-unknown")}
    mixed = person("bob", evidence=(seen(-30), seen(70)))
    finding = by_item(judged(ADA, mixed))["account:bob"]
    assert finding.kind == "account-idle"
    assert "login session is dated 2026-12-23, in the future: not believed" in finding.details
    assert said(ADA, person("bob", evidence=(seen(-0.5),))) == {}


def test_an_account_made_in_the_future_proves_nothing() -> None:
    odd = person("bob", evidence=(), absence_is_never=True, created=ago(-400))
    assert "account:bob" not in said(ADA, odd)


def test_days_are_counted_by_the_clock_that_wrote_them() -> None:
    account = person("bob", evidence=(seen(59.7),))
    assert said(ADA, account) == {}
    assert said(ADA, account, as_of=NOW + timedelta(hours=10)) == {"account:bob": (State.WARNING, "account-idle")}
    assert said(ADA, account, as_of=NOW + timedelta(days=900)) == {}


@pytest.mark.parametrize(
    ("account", "item", "kind"),
    [
        (person("Admin"), "account:Admin/name", "account-default-name"),
        (person("bob", email="bob@mail.example"), "account:bob/address", "account-foreign-address"),
        (person("bob", email=""), "account:bob/address", "account-foreign-address"),
    ],
)
def test_names_and_addresses_that_invite_trouble(account: Account, item: str, kind: str) -> None:
    settings = Settings(email_domains=("agency.example", "Client.example"))
    assert said(ADA, person("c", email="c@client.EXAMPLE"), account, settings=settings) == {item: (State.WARNING, kind)}


def test_second_factors_are_one_finding_a_site() -> None:
    people = [person("a", second_factor=True), person("b", second_factor=False), person("c", second_factor=False)]
    finding = by_item(judged(ADA, *people))["second-factor"]
    assert (finding.state, finding.kind, finding.value) == (State.WARNING, "second-factor-missing", 2)
    assert finding.summary == "2 of 3 who can administer log in without a second factor"
    assert finding.details == ("b", "c")
    settings = Settings(exceptions={login: Waiver("hardware key", "Ada", NOW.date()) for login in "bc"})
    assert by_item(judged(ADA, *people, settings=settings))["second-factor"].kind == "second-factor"
    assert "second-factor" not in by_item(judged(ADA))


def test_all_that_is_well_is_one_finding() -> None:
    found = by_item(judged(ADA, person("bob", evidence=(seen(30),)), person("carol", evidence=(seen(100),))))
    assert set(found) == {"accounts", "account:carol", "last-use"}
    assert found["accounts"].summary == "3 can administer; 2 of them give no cause for concern"
    assert "bob: last used 30 days ago (login session)" in found["accounts"].details
    assert found["accounts"].data == {"count": 3, "well": 2}


def test_a_site_without_administrators_cannot_be() -> None:
    assert said() == {"accounts": (State.UNKNOWN, "no-accounts")}
    assert said(gaps=[DOWN]) == {"database": (State.UNKNOWN, "not-checked")}


def test_the_first_round_calls_nobody_new_and_the_second_does() -> None:
    first = judged(ADA, person("bob"))
    assert said(ADA, person("bob")) == {}
    evil = person("evil", created=ago(-1), email="x@mail.example", roles=("administrator",))
    second = judged(ADA, person("bob"), evil, memory=first.memory, now=ago(-1))
    finding = by_item(second)["account:evil/new"]
    assert (finding.state, finding.kind) == (State.WARNING, "account-new")
    assert "created 2026-11-24; address x@mail.example; roles: administrator" in finding.details
    assert "account:bob/new" not in by_item(second)


def test_a_new_account_is_reported_for_a_week_and_then_settled() -> None:
    memory = judged(ADA).memory
    states = []
    for day in range(1, 12):
        judgement = judged(ADA, person("new", created=ago(-0.9)), memory=memory, now=ago(-day))
        memory = json.loads(json.dumps(judgement.memory))
        states.append(by_item(judgement)["account:new/new"].kind)
    assert states == ["account-new"] * 8 + ["settled"] * 3


def test_a_new_account_from_a_foreign_domain_is_critical() -> None:
    settings = Settings(email_domains=("agency.example",))
    first = judged(ADA, settings=settings)
    evil = person("evil", created=ago(0), email="x@mail.example")
    assert said(ADA, evil, memory=first.memory, settings=settings) == {
        "account:evil/new": (State.CRITICAL, "account-new"),
        "account:evil/address": (State.WARNING, "account-foreign-address"),
    }


def test_an_old_account_that_may_suddenly_administer_was_raised() -> None:
    first = judged(ADA, person("bob", powers=()))
    finding = by_item(judged(ADA, person("bob"), memory=first.memory, now=ago(-1)))["account:bob/new"]
    assert (finding.state, finding.kind) == (State.WARNING, "account-raised")
    assert "an older account" in finding.summary


@pytest.mark.parametrize(
    ("before", "after", "gained"),
    [
        (("edit_posts",), ("edit_posts", "install_plugins"), ["install_plugins"]),
        (("edit_posts",), ("all",), ["all"]),
        (("all",), ("install_plugins",), None),
        (("a", "b"), ("b",), None),
    ],
)
def test_more_powers_are_reported_and_fewer_are_not(
    before: tuple[str, ...], after: tuple[str, ...], gained: list[str] | None
) -> None:
    first = judged(ADA, person("bob", powers=before))
    second = judged(ADA, person("bob", powers=after), memory=first.memory, now=ago(-1))
    found = by_item(second)
    if gained is None:
        assert "account:bob/powers" not in found
        return
    assert found["account:bob/powers"].kind == "account-raised"
    assert found["account:bob/powers"].data["gained"] == gained
    third = judged(ADA, person("bob", powers=after), memory=second.memory, now=ago(-2))
    assert by_item(third)["account:bob/powers"].data["gained"] == gained


def test_a_round_that_saw_less_makes_nobody_new() -> None:
    first = judged(ADA, person("bob"))
    blind = judged(gaps=[DOWN], memory=first.memory, now=ago(-1))
    assert said(ADA, person("bob"), memory=blind.memory, now=ago(-2)) == {}
    nothing = judged(gaps=[DOWN])
    assert said(ADA, person("bob"), memory=nothing.memory, now=ago(-2)) == {}


def test_a_round_that_saw_nobody_taught_nothing() -> None:
    assert said(ADA, memory=judged().memory, now=ago(-1)) == {}


def test_one_who_is_out_of_sight_for_a_round_does_not_come_back_as_new() -> None:
    first = judged(ADA, person("bob"), gaps=[DOWN])
    second = judged(ADA, gaps=[DOWN], memory=first.memory, now=ago(-1))
    assert "account:bob/new" not in by_item(judged(ADA, person("bob"), gaps=[DOWN], memory=second.memory, now=ago(-2)))


def test_what_only_now_can_be_seen_is_new_only_where_it_was_made_since() -> None:
    half = judged(ADA, gaps=[NotChecked("blog-2", "no such table")])
    later = judged(
        ADA, person("bob", created=ago(90)), person("evil", created=ago(-0.5)), memory=half.memory, now=ago(-1)
    )
    assert "account:bob/new" not in by_item(later)
    assert by_item(later)["account:evil/new"].kind == "account-new"


def test_one_who_left_and_comes_back_is_new() -> None:
    first = judged(ADA, person("bob"))
    gone = judged(ADA, memory=first.memory, now=ago(-1))
    assert "account:bob/new" in said(ADA, person("bob"), memory=gone.memory, now=ago(-2))


def test_a_problem_ends_when_the_account_is_gone_or_used_although_another_stays_silent() -> None:
    silent = person("quiet", evidence=())
    first = judged(ADA, silent, person("bob", evidence=(seen(100),)), person("carol", evidence=(seen(100),)))
    found = by_item(judged(ADA, silent, person("bob"), memory=first.memory))
    assert found["last-use"].state is State.UNKNOWN
    assert (found["account:bob"].state, found["account:bob"].summary) == (State.OK, "bob: used again")
    assert found["account:carol"].summary == "account:carol: no longer there"


def test_a_problem_does_not_end_because_its_evidence_was_cleared_away() -> None:
    first = judged(ADA, person("bob", evidence=(seen(100),)))
    assert "account:bob" not in by_item(judged(ADA, person("bob", evidence=()), memory=first.memory))
    hidden = judged(ADA, gaps=[DOWN], memory=first.memory)
    assert "account:bob" not in by_item(hidden)


def test_the_register_of_exceptions_has_owners_and_ends() -> None:
    waiver = Waiver("the warehouse's robot", "Ada", NOW.date())
    robot = person("test", evidence=(seen(300),))
    settings = Settings(exceptions={"test": waiver})
    found = by_item(judged(ADA, robot, settings=settings))
    assert {found[item].kind for item in ("account:test", "account:test/name")} == {"waived"}
    assert found["account:test"].data["owner"] == "Ada"
    after = said(ADA, replace(robot, evidence=(seen(300),)), settings=settings, now=ago(-1))
    assert after["account:test"] == (State.CRITICAL, "account-idle")


def test_an_exception_for_an_account_does_not_cover_what_it_suddenly_gained() -> None:
    first = judged(ADA, person("bob", powers=("edit_posts",)))
    waiver = Waiver("robot", "Ada", date(2027, 1, 1))
    for key, expected in (("bob", "account-raised"), ("bob/powers", "waived")):
        second = judged(ADA, person("bob"), memory=first.memory, settings=Settings(exceptions={key: waiver}))
        assert by_item(second)["account:bob/powers"].kind == expected


def test_no_login_can_pass_for_another_ones_aspect() -> None:
    sly = person("ada/new", evidence=(seen(200),))
    twin = person("ada", id="9999", evidence=(seen(200),))
    found = by_item(judged(ADA, sly, twin))
    assert found["account:ada%2Fnew"].kind == "account-idle"
    assert found["account:ada#9999"].kind == "account-idle"
    assert "account:ada/new" not in found


def test_too_many_accounts_are_a_gap_and_not_a_flood() -> None:
    judgement = judged(*(person(f"p{number}", id=str(number), evidence=(seen(100),)) for number in range(600)))
    found = by_item(judgement)
    assert found["too-many-accounts"].state is State.UNKNOWN
    assert sum(finding.kind == "account-idle" for finding in found.values()) == 500


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="idle: days"):
        Settings(idle=Threshold.below(9, 5))
    with pytest.raises(ValueError, match="grace_days"):
        Settings(new_days=0)
    with pytest.raises(ValueError, match="second_factor"):
        Settings(second_factor=State.UNKNOWN)


moments = st.one_of(
    st.none(),
    st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.floats(-900, 900).map(ago),
)
texts = st.text(max_size=12)
signs = st.builds(Evidence, moments.filter(bool).map(lambda at: at or NOW), texts)
anybody = st.builds(
    Account,
    st.one_of(texts, st.sampled_from(["ada", "ada/new", "ada#2", "admin", "%2F"])),
    st.sampled_from(["1", "2", "3"]),
    texts,
    texts,
    st.lists(texts, max_size=3).map(tuple),
    st.lists(st.sampled_from(["all", "edit", "install"]), max_size=3).map(tuple),
    moments,
    st.booleans(),
    st.lists(signs, max_size=3).map(tuple),
    st.booleans(),
    st.none() | st.booleans(),
    moments,
)


@given(st.lists(st.tuples(st.lists(anybody, max_size=6), st.booleans()), min_size=2, max_size=4))
def test_whoever_is_there_is_judged_and_remembered(rounds: list[tuple[list[Account], bool]]) -> None:
    memory: object = {}
    for day, (accounts, hidden) in enumerate(rounds):
        unique = {(account.login, account.id): account for account in accounts}
        judgement = judged(
            *unique.values(), gaps=[DOWN] if hidden else [], memory=memory, now=NOW + timedelta(days=day)
        )
        found = by_item(judgement)
        privileged = [account for account in unique.values() if account.enabled and account.powers]
        unsure = {account.login for account in privileged if not account.absence_is_never}
        for finding in found.values():
            json.dumps(dict(finding.data))
            assert not (finding.kind == "account-never-used" and finding.data["login"] in unsure) or len(unsure) > 1
        assert not any(finding.kind in ("account-new", "account-raised") for finding in found.values()) or day
        memory = json.loads(json.dumps(judgement.memory))
