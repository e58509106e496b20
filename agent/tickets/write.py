"""Messages for tickets: writes a round's decisions as rows of the outbox, in the round's own transaction."""

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


def queue_ticket_messages(repository: TicketRepository, inputs: TicketInputs, zendesk: Zendesk, at: datetime) -> None:
    """Queue the messages for all tickets. An update that waits and was never sent is rewritten instead of repeated."""
    context = TicketContext(inputs.inventory, inputs.standings, repository.silences(at), repository.first_looks())
    cases = {number: candidate_of(number, one, context, at) for number, one in repository.incidents().items()}
    rules = _rules(zendesk, inputs)
    tickets = repository.tickets(at - rules.reopen)
    decisions = decide(cases, tickets, rules, at)
    numbers = {case.number for one in decisions.openings for case in one.members}
    numbers |= {number for one in decisions.updates for number in (*numbers_of(one), *one.ticket.items)}
    waiting = untried_updates(repository.connection)
    writer = _MessageWriter(repository, TicketPayloads(zendesk, inputs), cases, repository.life(numbers), waiting, at)
    for ticket, left in decisions.leaving.items():
        repository.detach(ticket, left)
    for one in decisions.openings:
        writer.open(one)
    for update in decisions.updates:
        writer.update(update)
    writer.withdraw({f"ticket:{one.ticket.id}" for one in decisions.updates})


def _rules(zendesk: Zendesk, inputs: TicketInputs) -> Rules:
    return Rules(
        inputs.inventory.services.environment,
        zendesk.new_tickets_a_round,
        timedelta(days=zendesk.reopen_days),
        zendesk.one_ticket_per_cause,
    )


@dataclass(frozen=True, slots=True)
class _MessageWriter:
    """Writes the messages of one round."""

    repository: TicketRepository
    payloads: TicketPayloads
    cases: Mapping[int, TicketCandidate]
    events_by_incident: Mapping[int, tuple[IncidentEvent, ...]]
    waiting: Mapping[str, UntriedUpdate]  # updates that were never sent, by stream
    at: datetime

    def open(self, one: NewTicket) -> None:
        """Queue the opening of a ticket."""
        items = {case.number: LastNotified(case.incident.phase, case.incident.state) for case in one.members}
        before = one.predecessor.id if one.predecessor else None
        number = self.repository.open(NewTicketRow(one.kind, one.external_id, one.client, items, before), self.at)
        self._add(Action.OPEN, number, self.payloads.opening(one, self._opening_text(one)))

    def update(self, one: TicketUpdate) -> None:
        """Queue an update of a ticket, or rewrite the one that waits and was never sent."""
        waiting = self.waiting.get(f"ticket:{one.ticket.id}")
        if waiting:
            one = self._with_left(one, waiting.says.left)
        open_now = self._open_members(one)
        lines = contract_lines(one, open_now, self.payloads) if open_now else ()
        changes = list(changed(one, self.events_by_incident, self.cases, self.payloads.inputs))
        text = update_text(changes, one.aim.value, lines)
        cases = [self.cases[number] for number in one.changes]
        payload = self.payloads.telling(one, text, cases, self._follow_up(one, open_now))
        if waiting is None:
            self._add(Action.UPDATE, one.ticket.id, payload)
            return
        rewrite(self.repository.connection, waiting.message, payload)
        over = one.aim is TicketAction.SOLVE and waiting.says.aim is not TicketAction.SOLVE
        if one.urgent or over:  # the limit that it waited for concerned another change
            hurry(self.repository.connection, waiting.message, self.at)

    def withdraw(self, updated: set[str]) -> None:
        """Drop updates whose changes were undone before they were sent."""
        for stream, waiting in self.waiting.items():
            if stream not in updated and not waiting.says.left:
                drop(self.repository.connection, waiting.message, "there was nothing left to tell", self.at)

    def _add(self, action: Action, ticket: int, payload: OpenTicket | UpdateTicket) -> None:
        add(self.repository.connection, Draft(ZENDESK, action, f"ticket:{ticket}", payload), self.at)

    def _opening_text(self, one: NewTicket) -> TicketText:
        problems = [
            problem_of(case, self.events_by_incident.get(case.number, ()), self.payloads.inputs) for case in one.members
        ]
        return opening_text(one.kind.value, problems, contract_lines(one, one.members, self.payloads), self.at)

    def _with_left(self, one: TicketUpdate, numbers: Sequence[int]) -> TicketUpdate:
        known = {case.number for case in one.left}
        more = (self.cases[number] for number in numbers if number in self.cases and number not in known)
        return replace(one, left=(*one.left, *more))

    def _open_members(self, one: TicketUpdate) -> tuple[TicketCandidate, ...]:
        """Return the unresolved problems that stay with the ticket."""
        left = {case.number for case in one.left}
        known = (self.cases[number] for number in one.ticket.items if number in self.cases and number not in left)
        return tuple(case for case in (*known, *one.joined) if case.incident.phase is Phase.OPEN)

    def _follow_up(self, one: TicketUpdate, members: tuple[TicketCandidate, ...]) -> OpenTicket | None:
        """Return the ticket to open if the old one is closed. None: there is nothing left to do."""
        if one.aim is TicketAction.SOLVE or not members:
            return None
        follow_up = NewTicket(one.ticket.kind, one.ticket.external_id, one.ticket.client, members, one.ticket)
        return self.payloads.opening(follow_up, self._opening_text(follow_up))
