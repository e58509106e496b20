"""From decisions to messages: what each ticket is owed, as rows of the outbox, in the round's own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.domain.incidents import Phase
from agent.domain.messages import Action, Draft
from agent.domain.payloads import OpenTicket, UpdateTicket
from agent.domain.tickets import LastNotified, TicketAction, TicketCandidate
from agent.store.outbox import UntriedUpdate, add, drop, hurry, rewrite, untried_updates
from agent.store.rows import IncidentEvent
from agent.store.tickets import NewTicketRow, TicketRepository
from agent.tickets.decide import NewTicket, Rules, TicketContext, TicketUpdate, candidate_of, decide
from agent.tickets.payload import TicketInputs, TicketPayloads, changed, contract_lines, numbers_of, problem_of
from inventory.services import Zendesk
from reports.ticket import TicketText, opening_text, update_text

ZENDESK = "zendesk"


def queue_ticket_messages(repository: TicketRepository, estate: TicketInputs, zendesk: Zendesk, at: datetime) -> None:
    """Write down what every ticket is owed now. What is already waiting to be said is said anew, not twice."""
    around = TicketContext(estate.inventory, estate.standings, repository.silences(at), repository.first_looks())
    cases = {number: candidate_of(number, one, around, at) for number, one in repository.incidents().items()}
    rules = _rules(zendesk, estate)
    tickets = repository.tickets(at - rules.reopen)
    decisions = decide(cases, tickets, rules, at)
    numbers = {case.number for one in decisions.openings for case in one.members}
    numbers |= {number for one in decisions.tellings for number in (*numbers_of(one), *one.ticket.items)}
    waiting = untried_updates(repository.connection)
    teller = _MessageWriter(repository, TicketPayloads(zendesk, estate), cases, repository.life(numbers), waiting, at)
    for ticket, left in decisions.leaving.items():
        repository.detach(ticket, left)
    for one in decisions.openings:
        teller.open(one)
    for told in decisions.tellings:
        teller.tell(told)
    teller.withdraw({f"ticket:{one.ticket.id}" for one in decisions.tellings})


def _rules(zendesk: Zendesk, estate: TicketInputs) -> Rules:
    return Rules(
        estate.inventory.services.environment,
        zendesk.new_tickets_a_round,
        timedelta(days=zendesk.reopen_days),
        zendesk.one_ticket_per_cause,
    )


@dataclass(frozen=True, slots=True)
class _MessageWriter:
    """Writes the messages of one round."""

    repository: TicketRepository
    desk: TicketPayloads
    cases: Mapping[int, TicketCandidate]
    lives: Mapping[int, tuple[IncidentEvent, ...]]
    waiting: Mapping[str, UntriedUpdate]  # updates of which nothing was sent, by stream
    at: datetime

    def open(self, one: NewTicket) -> None:
        """Have a ticket opened."""
        items = {case.number: LastNotified(case.incident.phase, case.incident.state) for case in one.members}
        before = one.predecessor.id if one.predecessor else None
        number = self.repository.open(NewTicketRow(one.kind, one.external_id, one.client, items, before), self.at)
        self._add(Action.OPEN, number, self.desk.opening(one, self._opening_text(one)))

    def tell(self, one: TicketUpdate) -> None:
        """Have a ticket told; a message that waits and was never tried says it all at once."""
        waiting = self.waiting.get(f"ticket:{one.ticket.id}")
        if waiting:
            one = self._with_those_who_left(one, waiting.says.left)
        open_now = self._open_members(one)
        lines = contract_lines(one, open_now, self.desk) if open_now else ()
        said = list(changed(one, self.lives, self.cases, self.desk.estate))
        text = update_text(said, one.aim.value, lines)
        cases = [self.cases[number] for number in one.changes]
        payload = self.desk.telling(one, text, cases, self._follow_up(one, open_now))
        if waiting is None:
            self._add(Action.UPDATE, one.ticket.id, payload)
            return
        rewrite(self.repository.connection, waiting.message, payload)
        over = one.aim is TicketAction.SOLVE and waiting.says.aim is not TicketAction.SOLVE
        if one.urgent or over:  # whatever it waited for was about something else
            hurry(self.repository.connection, waiting.message, self.at)

    def withdraw(self, told: set[str]) -> None:
        """Say nothing where what was going to be said is no longer so: worse and better before anybody was told."""
        for stream, waiting in self.waiting.items():
            if stream not in told and not waiting.says.left:
                drop(self.repository.connection, waiting.message, "there was nothing left to tell", self.at)

    def _add(self, action: Action, ticket: int, payload: OpenTicket | UpdateTicket) -> None:
        add(self.repository.connection, Draft(ZENDESK, action, f"ticket:{ticket}", payload), self.at)

    def _opening_text(self, one: NewTicket) -> TicketText:
        problems = [problem_of(case, self.lives.get(case.number, ()), self.desk.estate) for case in one.members]
        return opening_text(one.kind.value, problems, contract_lines(one, one.members, self.desk), self.at)

    def _with_those_who_left(self, one: TicketUpdate, numbers: Sequence[int]) -> TicketUpdate:
        known = {case.number for case in one.left}
        more = (self.cases[number] for number in numbers if number in self.cases and number not in known)
        return replace(one, left=(*one.left, *more))

    def _open_members(self, one: TicketUpdate) -> tuple[TicketCandidate, ...]:
        """The problems that the ticket still speaks for and that are not over."""
        left = {case.number for case in one.left}
        known = (self.cases[number] for number in one.ticket.items if number in self.cases and number not in left)
        return tuple(case for case in (*known, *one.joined) if case.incident.phase is Phase.OPEN)

    def _follow_up(self, one: TicketUpdate, members: tuple[TicketCandidate, ...]) -> OpenTicket | None:
        """What a new ticket says, should the old one be closed when it is told; None where nothing is left to do."""
        if one.aim is TicketAction.SOLVE or not members:
            return None
        again = NewTicket(one.ticket.kind, one.ticket.external_id, one.ticket.client, members, one.ticket)
        return self.desk.opening(again, self._opening_text(again))
