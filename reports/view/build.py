"""Builds the view of a report: everything that a template shows, in the reader's language."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from inventory.model import Inventory
from reports.cards import QUIET
from reports.format import short, translate, translate_plural
from reports.health_report import ClientLine, HealthReport
from reports.language import Language
from reports.model import ReportedIncident, key_of
from reports.site_checks import site_checks
from reports.summary import coverage_sentence, hours_sentence, summary_sentence, under_way
from reports.view.changes import changes, done, hours, hours_share
from reports.view.charts import charts
from reports.view.context import FULL, DisplayLimits, ViewContext
from reports.view.model import Covered, ItemList, Maintained, ShownClient, TextLine, View
from reports.view.problems import by_turn, not_looked_at, sections, wanted, worst
from reports.view.sites import chosen, overview, owners


def make_context(
    report: HealthReport, inventory: Inventory, titles: Mapping[str, str], language: Language
) -> ViewContext:
    """Return a report with all that its views share; `titles` are the titles of the checks by name."""
    shown = report.shown
    theirs, others = by_turn(report, language)
    cards = sorted((*theirs, *others), key=lambda card: -card.state.severity)
    urls: dict[str, set[str]] = {}
    for due in shown.coverage.checks:
        if due.site in inventory.sites:
            urls.setdefault(due.host, set()).add(inventory.sites[due.site or ""].url)
    return ViewContext(
        report,
        inventory,
        titles,
        language,
        theirs,
        others,
        tuple(site_checks(shown, cards, inventory, titles, language)),
        {key_of(one): one for one in shown.findings},
        {host: sorted(some) for host, some in urls.items()},
        FULL,
    )


def view_of(context: ViewContext, limits: DisplayLimits = FULL) -> View:
    """Return the view of a report within these limits."""
    context = replace(context, limits=limits)
    report, language, seen = context.report, context.language, context.places
    cards = (*context.theirs, *context.others)
    detailed = chosen(context)
    says, leading = coverage_sentence(report.shown.coverage, language), summary_sentence(report.shown, cards, language)
    heading = _heading(report, language)
    return View(
        title=translate(language, "{report}, {day}", report=heading, day=language.day(report.period.until)),
        heading=heading,
        client=short(report.title or report.client, 60) if report.client is not None else "",
        about=_about(report, language),
        lead=leading,
        state=worst(cards, context),
        preheader=f"{leading} {says}",
        coverage=_covered(says, context),
        changes=changes(context),
        done=done(context),
        hours=hours(context),
        hours_share=hours_share(context),
        wanted=wanted(context),
        sections=tuple(sections(context)),
        clients=tuple(_client(one, context) for one in report.clients[: limits.glance]),
        clients_more=context.more(len(report.clients) - limits.glance),
        glance=overview(context),
        glance_more=context.more(len(seen) - limits.glance) if len(seen) > 1 else "",
        owners=tuple(owners(detailed, context)),
        places_more=_places_more(len(seen) - len(detailed), context),
        charts=charts(context),
        incidents=_incidents(context),
        maintenance=tuple(_maintenance(context)),
        maintenance_means=language(
            "What is found there meanwhile is shown, but it is not counted, and nobody is called for it."
        ),
        round=_round(report, language),
    )


def _heading(report: HealthReport, language: Language) -> str:
    if report.client is None:
        return language("Health report for all sites")
    return translate(language, "Health report for {client}", client=report.title or report.client)


def _about(report: HealthReport, language: Language) -> str:
    period, until = report.period, language.day(report.period.until)
    if period.since is None:
        return translate(language, "As of {moment}", moment=language.moment(period.until))
    return translate(language, "From {since} to {until}", since=language.day(period.since), until=until)


def _covered(says: str, context: ViewContext) -> Covered:
    coverage = context.shown.coverage
    means = context.language(
        "“Not checked” means that we could not look, not that something is wrong; it is never counted as in order."
    )
    share = 100 * coverage.ran / coverage.due if coverage.due else None
    return Covered(says, share, not_looked_at(context), means)


def _places_more(count: int, context: ViewContext) -> str:
    if count <= 0:
        return ""
    return translate_plural(
        context.language,
        "The checks of {count} more site are in the full report.",
        "The checks of {count} more sites are in the full report.",
        count,
    )


def _client(one: ClientLine, context: ViewContext) -> ShownClient:
    language = context.language
    lines = []
    if one.problems:
        lines.append(translate_plural(language, "{count} open problem.", "{count} open problems.", one.problems))
    if one.not_checked:
        lines.append(
            translate_plural(
                language, "{count} check could not look.", "{count} checks could not look.", one.not_checked
            )
        )
    if one.standing is not None:
        lines.append(hours_sentence(one.standing, context.shown.round.ended_at, language))
    if one.last_report is not None:
        lines.append(translate(language, "Last report: {day}", day=language.day(one.last_report)))
    return ShownClient(short(one.title or one.client), one.state, tuple(line for line in lines if line))


def _incidents(context: ViewContext) -> ItemList:
    """Return the open problems with their numbers, the most severe first."""
    language = context.language
    known = [one for one in context.shown.incidents if one.phase == "open"]
    known.sort(key=lambda one: (-one.state.severity, one.id))
    most = context.limits.lines
    lines = tuple(_incident(one, context) for one in known[:most])
    title = language("Open problems and their tickets")
    return ItemList(lines, title, context.more(len(known) - len(lines)))


def _incident(one: ReportedIncident, context: ViewContext) -> TextLine:
    language = context.language
    since = translate(language, "since {day}", day=language.day(one.opened_at or one.since))
    tickets = context.tickets((one.ticket,) if one.ticket else ())
    quiet = language(QUIET[one.maintained]) if one.silence else ""
    note = " · ".join(part for part in (context.where(one.host, one.site), since, tickets, quiet) if part)
    return TextLine(context.name(one.summary, 200), note, f"#{one.id}", one.state)


def _maintenance(context: ViewContext) -> Iterator[Maintained]:
    language = context.language
    for one in under_way(context.shown, context.inventory, context.titles, context.report.client, language):
        lines = [
            translate(language, "Maintenance is under way until {moment}.", moment=one.until),
            translate(language, "It concerns {places}.", places=one.places),
        ]
        if one.checks:
            lines.append(translate(language, "It is about these checks alone: {checks}.", checks=one.checks))
        yield Maintained(one.title, tuple(lines))


def _round(report: HealthReport, language: Language) -> str:
    info = report.shown.round
    start, end = language.moment(info.started_at), language.moment(info.ended_at)
    if info.id is None:
        return translate(language, "From {start} to {end}.", start=start, end=end)
    if report.rounds > 1:
        return translate_plural(
            language,
            "{count} round in this time; the newest is round {number}, from {start} to {end}.",
            "{count} rounds in this time; the newest is round {number}, from {start} to {end}.",
            report.rounds,
            number=str(info.id),
            start=start,
            end=end,
        )
    return translate(language, "Round {number}, from {start} to {end}.", number=str(info.id), start=start, end=end)
