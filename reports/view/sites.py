"""The sites of a report with their checks, and the findings for an engineer."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks import State
from reports.format import short, translate
from reports.model import ReportedFinding
from reports.site_checks import CheckRow, PlaceView
from reports.summary import hours_sentence
from reports.view.context import ViewContext
from reports.view.model import Fact, Overview, OwnerSites, ShownPlace, ShownRow, Topic

_SINGLE = 6
"""How many sites in one state get a line each; more share one line."""


def chosen(context: ViewContext) -> tuple[PlaceView, ...]:
    """Return the places shown with their checks: the worst within the limit, in their original order."""
    places = context.places
    worst = sorted(range(len(places)), key=lambda number: (-places[number].state.severity, number))
    return tuple(places[number] for number in sorted(worst[: context.limits.places]))


def overview(context: ViewContext) -> tuple[Overview, ...]:
    """Return all places by state, the worst first; nothing for a single place."""
    places = context.places
    if len(places) < 2:
        return ()
    worst = sorted(places, key=lambda place: -place.state.severity)
    most = context.limits.glance
    groups: dict[tuple[State, str], list[Overview]] = {}
    for place in worst[:most]:
        row = _glance(place, context)
        groups.setdefault((row.state, row.remark), []).append(row)
    return tuple(row for group in groups.values() for row in _together(group))


def _together(alike: Sequence[Overview]) -> Sequence[Overview]:
    if len(alike) <= _SINGLE:
        return alike
    return (replace(alike[0], title=", ".join(row.title for row in alike)),)


def _glance(place: PlaceView, context: ViewContext) -> Overview:
    site = place.name if place.url else None
    return Overview(context.where(place.host, site), place.state, place.remark)


def owners(places: Sequence[PlaceView], context: ViewContext) -> Iterator[OwnerSites]:
    """Yield the places by client."""
    language, report = context.language, context.report
    hours = {one.client: one for one in report.shown.contracts}
    groups: dict[tuple[str, str], list[PlaceView]] = {}
    first: dict[Topic, str] = {}  # the text about a server, and the site that shows it
    for place in places:
        groups.setdefault((place.owner, place.client), []).append(place)
    for (owner, client), group in groups.items():
        title = short(client) or language("Servers without a site")
        if report.client is not None and client:
            title = language("Site by site") if len(group) > 1 or len(places) > 1 else language("The checks")
        standing = hours.get(owner) if report.client is None else None
        hours_text = hours_sentence(standing, report.shown.round.ended_at, language) if standing else ""
        yield OwnerSites(title, tuple(_place(place, context, first) for place in group), hours_text)


def _place(place: PlaceView, context: ViewContext, first: dict[Topic, str]) -> ShownPlace:
    language = context.language
    about = language("A server without a site")
    if place.url:
        about = translate(
            language, "Site {name} on server {server}", name=short(place.name, 60), server=short(place.host, 60)
        )
    name = short(place.url.removeprefix("https://")) if place.url else short(place.name)
    rows = tuple(ShownRow(row.title, row.lines, row.state, row.outside) for row in place.rows)
    topics, same = [], dict[str, list[str]]()
    for row in place.rows:
        topic = _topic(row, context)
        of_server = bool(row.evidence) and row.evidence[0].place.site is None
        if of_server and topic.facts and first.setdefault(topic, name) != name:
            same.setdefault(first[topic], []).append(row.title)
        elif topic.facts:
            topics.append(topic)
    for other, checks in same.items():
        says = translate(language, "The same as at {site}, which is on this server, too.", site=other)
        topics.append(Topic(", ".join(checks), (), says))
    return ShownPlace(name, about, place.state, rows, place.remark, tuple(topics))


def _topic(row: CheckRow, context: ViewContext) -> Topic:
    limits = context.limits
    evidence = [one for one in row.evidence if limits.well or one.finding.state is not State.OK]
    shown = evidence[: limits.facts]
    return Topic(
        row.title,
        tuple(_fact(one, context) for one in shown),
        context.more(len(evidence) - len(shown) + (row.more if shown else 0)),
    )


def _fact(one: ReportedFinding, context: ViewContext) -> Fact:
    limits = context.limits
    details = tuple(short(line, limits.letters) for line in one.finding.details[: limits.details])
    remedy = short(one.finding.remedy, limits.letters) if one.finding.state is not State.OK else ""
    left = context.more(len(one.finding.details) - len(details))
    return Fact(
        one.finding.state,
        short(one.finding.summary, limits.letters),
        _measured(one),
        details,
        left if details else "",
        remedy,
    )


def _measured(one: ReportedFinding) -> str:
    """Return the value with its unit; "" if there is none."""
    if one.finding.value is None or not one.finding.unit:
        return ""
    return (
        f"{one.finding.value:.4g} {one.finding.unit}"
        if abs(one.finding.value) < 10_000
        else f"{one.finding.value:,.0f} {one.finding.unit}"
    )
