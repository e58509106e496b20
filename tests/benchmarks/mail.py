"""What a health report costs: its view, its template, and the looks put into every element; mail programs need that.

Putting the looks in is what takes long elsewhere: the peer is premailer, in place of css-inline.
"""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from agent.integrations.smtp.message import Envelope, Parts, compose, message_id
from inventory.mail import Address
from reports.html import _page, fitting_mail, health_mail
from reports.language import ENGLISH
from reports.text import text_of
from reports.view import MAIL, DisplayLimits, make_context, view_of
from tests.benchmarks.measuring import Comparison, Contender, Goal, Measured, interleaved
from tests.reports.healths import BRAND, CIDS, TITLES, Case, mixed, sixty_sites

OURS = "siterounds: HTML and text of a report"
WHOLE = "siterounds: the whole mail, MIME included"
PREMAILER = "the same, inlined by premailer"
MOST = 0.010
"""Seconds of a processor that a usual report may take, pictures apart."""
SCRIPT = Path(__file__).parent / "peers/premailer_inlining.py"


def compare(folder: Path, reports: int, repetitions: int, peers: Path | None) -> list[Comparison]:
    """So many reports of a client with three sites, and of one with sixty."""
    page = folder / "page.html"
    usual = _compare("The report of three sites", mixed(), reports, repetitions, peers, page=page)
    each = usual.median(WHOLE, "cpu") / reports
    verdict = "reached" if each <= MOST else "not reached"
    said = f"goal: {MOST * 1000:.0f} ms CPU for the whole mail of three sites; measured {each * 1000:.1f}: {verdict}"
    goals = [Goal(PREMAILER, "cpu", 2.0)] if PREMAILER in usual.runs else []
    usual = Comparison(usual.title, usual.runs, goals, [*usual.remarks, said], reports)
    return [usual, _compare("The report of sixty sites", sixty_sites(), reports, repetitions, peers, page=page)]


def _compare(title: str, case: Case, reports: int, repetitions: int, peers: Path | None, *, page: Path) -> Comparison:
    html, limits = _fitting(case)
    contenders = [Contender(OURS, lambda: timed(lambda: _ours(case), reports))]
    contenders.append(Contender(WHOLE, lambda: timed(lambda: _whole(case), reports)))
    remarks = [f"The HTML is {len(html.encode()):,} bytes long."]
    if peers is not None and has_premailer(peers):
        contenders.append(Contender(PREMAILER, lambda: _with_premailer(case, limits, page, reports, peers)))
    else:
        remarks.append(f"Left out: {PREMAILER}; it is not installed.")
    return Comparison(title, interleaved(contenders, repetitions), (), remarks, reports)


def _fitting(case: Case) -> tuple[str, DisplayLimits]:
    telling = make_context(case.report, case.inventory, TITLES, ENGLISH)
    html, view = fitting_mail(telling, BRAND, CIDS)
    return html, next(limits for limits in MAIL if view_of(telling, limits) == view)


def _ours(case: Case) -> str:
    html, view = fitting_mail(make_context(case.report, case.inventory, TITLES, ENGLISH), BRAND, CIDS)
    return html + text_of(view, BRAND, ENGLISH)


def _whole(case: Case) -> str:
    """The message as it is sent, all but its pictures."""
    said = health_mail(case.report, case.inventory, TITLES, BRAND, ENGLISH)
    sender, reader = Address("Help Desk", "reports@agency.example"), Address("Ann", "ann@shop.example")
    identity = message_id("production", "harbour", "2026-11", reader.email, sender.email)
    envelope = Envelope(sender, reader, case.report.period.until, identity, None, ())
    return compose(Parts(said.subject, said.html, said.text, "en"), envelope).decode()


def _with_premailer(case: Case, limits: DisplayLimits, page: Path, reports: int, peers: Path) -> Measured:
    """Our view, template and text, and premailer on the page, each so many times; its start-up does not count."""

    def made() -> str:
        view = view_of(make_context(case.report, case.inventory, TITLES, ENGLISH), limits)
        text_of(view, BRAND, ENGLISH)
        return _page(view, BRAND, ENGLISH, None, {}, mail=True)

    page.write_text(made(), encoding="utf-8")
    own = timed(made, reports)
    done = subprocess.run([peers, SCRIPT, page, str(reports)], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    return Measured(own.wall + said["wall"], own.cpu + said["cpu"])


def has_premailer(peers: Path) -> bool:
    """Whether the peers' Python knows it."""
    return subprocess.run([peers, "-c", "import premailer"], capture_output=True, check=False).returncode == 0


def timed(make: Callable[[], str], times: int) -> Measured:
    """What making something so many times takes, after once for warmth; raises where two of them differ."""
    first = make()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        if make() != first:
            raise AssertionError("the same report was made twice, and differs")
    return Measured(time.perf_counter() - wall, time.process_time() - cpu)
