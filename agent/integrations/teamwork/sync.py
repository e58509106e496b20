"""The contracts of clients read from Teamwork, with as few requests as possible."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from agent.domain.errors import ServiceError, UnknownOutcomeError
from agent.integrations.teamwork.client import Project, TeamworkClient, read_budgets, read_projects, with_address
from agent.integrations.teamwork.contract import MOST_HOURS, Agreement, CustomFields, FieldIds, read_fields
from agent.integrations.teamwork.scope import read_scope
from checks.contract import hours as in_hours
from checks.text import clean
from inventory.services import TEAMWORK_FIELDS


@dataclass(frozen=True, slots=True)
class Wanted:
    """A client whose contract is looked up: by its project, or else by the URLs of its sites."""

    client: str
    project: int | None
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreementResult:
    """The result for one client: an agreement, or a remark that says why there is none."""

    agreement: Agreement | None = None
    remark: str = ""


@dataclass(slots=True)
class AgreementReader:
    """The results by client. A client without result or error was not reached, because of the general `trouble`."""

    book: FieldIds | None = None
    found: dict[str, AgreementResult] = field(default_factory=dict)
    troubles: dict[str, ServiceError] = field(default_factory=dict)
    trouble: ServiceError | None = None

    def trouble_of(self, client: str) -> ServiceError | None:
        """Return why a client has no result. None: it has one."""
        return self.troubles.get(client, self.trouble)


def read_agreements(teamwork: TeamworkClient, wanted: Sequence[Wanted], book: FieldIds | None) -> AgreementReader:
    """Read the contracts of these clients. `book` holds the known fields, read again if they do not suffice."""
    read = AgreementReader(book)
    try:
        projects = read_projects(teamwork)
        read.book = _sufficient(teamwork, book, projects)
        chosen = {one.client: _choice(one, projects, read.book) for one in wanted}
        numbers = list(dict.fromkeys(one.id for one in chosen.values() if isinstance(one, Project)))
        budgets = read_budgets(teamwork, numbers) if numbers else {}
        _read_each(teamwork, read, read.book, chosen, budgets)
    except ServiceError as error:
        read.trouble = error
    return read


def _read_each(
    teamwork: TeamworkClient,
    read: AgreementReader,
    book: FieldIds,
    chosen: Mapping[str, Project | str],
    budgets: Mapping[int, Sequence[Decimal]] | None,
) -> None:
    """Read each project. One that fails is left out; after a second failure in a row the rest is given up."""
    failed = False
    for client, project in chosen.items():
        if isinstance(project, str):
            read.found[client] = AgreementResult(remark=project)
            continue
        try:
            own = None if budgets is None else budgets.get(project.id, ())
            read.found[client] = AgreementResult(_agreement(teamwork, project, book, own))
            failed = False
        except UnknownOutcomeError as error:
            if failed:
                raise
            read.troubles[client], failed = error, True


def _sufficient(teamwork: TeamworkClient, book: FieldIds | None, projects: Mapping[int, Project]) -> FieldIds:
    same = book is not None and book.names == teamwork.config.fields
    if book is not None and same and all(book.knows(project.values) for project in projects.values()):
        return book
    return read_fields(teamwork)


def _choice(wanted: Wanted, projects: Mapping[int, Project], book: FieldIds) -> Project | str:
    """Return a client's project, or a sentence that says why there is none."""
    if wanted.project is not None:
        missing = f"Teamwork has no active project {wanted.project} that our account may see."
        return projects.get(wanted.project, missing)
    addressed = ((one, CustomFields(book, one.values).text("site_url") or "") for one in projects.values())
    found = with_address(addressed, wanted.urls)
    if len(found) == 1:
        return found[0]
    called = f'"{clean(book.names["site_url"], 80)}"'
    if found:
        named = ", ".join(f"{one.name} ({one.id})" for one in found[:5])
        return f"Several projects in Teamwork are for this client's sites: {named}. Say which by `teamwork: project:`."
    return (
        f"No project in Teamwork has one of this client's sites in its field {called}; `teamwork: project:` names one."
    )


def _agreement(
    teamwork: TeamworkClient, project: Project, book: FieldIds, budgets: Sequence[Decimal] | None
) -> Agreement:
    sheet = CustomFields(book, project.values)
    field_hours = sheet.hours("hours_a_month")
    hours, disputed, remark = _agreed(field_hours, budgets)
    scope = read_scope(teamwork, project.id)
    return Agreement(
        project=project.id,
        name=project.name,
        kind=sheet.kind(teamwork.config.kinds),
        hours=hours,
        disputed=disputed,
        start=sheet.day("start"),
        end=sheet.day("end"),
        first_response=sheet.targets("first_response"),
        resolution=sheet.targets("resolution"),
        calendar=sheet.calendar(),
        tasks=scope.tasks,
        in_scope=scope.inside,
        out_of_scope=scope.outside,
        zendesk_organization=sheet.number("zendesk_organization"),
        harvest_project=sheet.number("harvest_project"),
        remarks=tuple(one for one in (*_missing(book), *sheet.remarks, remark, scope.remark) if one),
    )


def _missing(book: FieldIds) -> Iterator[str]:
    """Yield the fields named in the inventory that do not exist; default names may be absent."""
    for name in sorted(book.missing):
        if book.names[name] != TEAMWORK_FIELDS.get(name):
            yield f'Teamwork has no field "{clean(book.names[name], 80)}" for projects.'


def _agreed(
    by_field: Decimal | None, budgets: Sequence[Decimal] | None
) -> tuple[Decimal | None, tuple[Decimal, Decimal] | None, str]:
    """Return the monthly hours, or the two numbers that contradict each other, and the remarks."""
    if budgets is None:
        unread = "" if by_field is not None else "The budgets in Teamwork may not be read by our account."
        return by_field, None, unread
    fit = [hours for hours in budgets if hours <= MOST_HOURS]
    if len(fit) > 1 and by_field is None:
        return None, (min(fit), max(fit)), _contradiction("one monthly budget", min(fit), "another", max(fit))
    differing = [hours for hours in fit if by_field is not None and hours != by_field]
    if by_field is not None and differing:
        said = _contradiction("its field", by_field, "its monthly budget", differing[0])
        return None, (by_field, differing[0]), said
    return by_field if by_field is not None else next(iter(fit), None), None, ""


def _contradiction(one: str, this: Decimal, other: str, that: Decimal) -> str:
    said = f"Teamwork contradicts itself: {one} says {in_hours(this)} a month, {other} says {in_hours(that)}"
    return f"{said}; the hours agreed are not known until both say the same."
