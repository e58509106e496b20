"""The view of a report: its parts as sentences in the reader's language, ready for any template."""

from dataclasses import dataclass

from checks import State


@dataclass(frozen=True, slots=True)
class TextLine:
    """One thing in a list: what happened, or a problem."""

    text: str
    note: str = ""  # where, when, and which round saw it
    label: str = ""
    state: State = State.OK


@dataclass(frozen=True, slots=True)
class ItemList:
    """Lines under a title; `more` says how many are left out."""

    lines: tuple[TextLine, ...] = ()
    title: str = ""
    more: str = ""
    intro: str = ""

    def __bool__(self) -> bool:
        return bool(self.lines or self.intro)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One of several findings in a card."""

    text: str
    state: State
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """One problem of one site or server."""

    state: State
    tags: tuple[str, ...]  # new, known, outside the contract
    where: str
    headline: str
    tickets: str = ""
    entries: tuple[ShownEntry, ...] = ()
    mixed: bool = False  # whether the entries differ in how urgent they are
    more: str = ""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """Problems with the same meaning and action; mostly one."""

    problems: tuple[ShownProblem, ...]
    meaning: str = ""
    action: str = ""

    @property
    def state(self) -> State:
        """The worst of its problems, which stands first."""
        return self.problems[0].state


@dataclass(frozen=True, slots=True)
class Section:
    """Problems of one kind or urgency."""

    title: str
    intro: str = ""
    cards: tuple[ShownCard, ...] = ()
    more: str = ""

    def __bool__(self) -> bool:
        return bool(self.cards)


@dataclass(frozen=True, slots=True)
class Fact:
    """One finding for an engineer, in the check's English."""

    state: State
    summary: str
    measured: str = ""
    details: tuple[str, ...] = ()
    more: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """The findings of one check."""

    title: str
    facts: tuple[Fact, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One check of a place, in a client's words."""

    title: str
    lines: tuple[str, ...]
    state: State
    outside: bool = False


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """One site, or a server without one."""

    name: str
    about: str
    state: State
    rows: tuple[ShownRow, ...]
    remark: str = ""  # a note on the state
    evidence: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """One site in the list of all."""

    title: str
    state: State
    remark: str = ""


@dataclass(frozen=True, slots=True)
class OwnerSites:
    """The sites of one client; in a client's own report there is one."""

    title: str
    places: tuple[ShownPlace, ...]
    hours: str = ""


@dataclass(frozen=True, slots=True)
class ShownClient:
    """One client in the agency's overview."""

    title: str
    state: State
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a chart; `share` is its length in per cent."""

    name: str
    share: float
    value: str
    source: str = ""  # the round that measured it
    kind: str = "usual"  # or a state


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over time, oldest first."""

    title: str
    bars: tuple[Bar, ...]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Maintained:
    """Maintenance that was under way."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """The coverage, and what was not checked and why."""

    says: str
    share: float | None  # per cent of what was due; None where nothing was
    missed: ItemList
    means: str  # what "not checked" means


@dataclass(frozen=True, slots=True)
class View:
    """A report as it is shown. Templates leave out what is empty."""

    title: str  # of the window
    heading: str
    client: str  # its title, "" for the agency's overview
    about: str  # the time that it is about
    lead: str
    state: State
    preheader: str
    coverage: Covered
    changes: ItemList
    done: ItemList
    hours: tuple[str, ...]
    hours_share: float | None  # per cent of the agreed hours
    wanted: Section
    sections: tuple[Section, ...]
    clients: tuple[ShownClient, ...]
    clients_more: str
    glance: tuple[Overview, ...]
    glance_more: str
    owners: tuple[OwnerSites, ...]
    places_more: str
    charts: tuple[Chart, ...]
    incidents: ItemList
    maintenance: tuple[Maintained, ...]
    maintenance_means: str
    round: str

    @property
    def worked(self) -> bool:
        """Whether anything was done or booked."""
        return bool(self.done or self.hours)
