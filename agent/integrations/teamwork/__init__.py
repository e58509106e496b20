"""Contracts as Teamwork keeps them: a project's custom fields, its budget, and the tasks in scope."""

from agent.integrations.teamwork.client import TeamworkClient, teamwork_service
from agent.integrations.teamwork.contract import Agreement, FieldIds
from agent.integrations.teamwork.sync import AgreementReader, AgreementResult, Wanted, read_agreements

__all__ = [
    "Agreement",
    "AgreementReader",
    "AgreementResult",
    "FieldIds",
    "TeamworkClient",
    "Wanted",
    "read_agreements",
    "teamwork_service",
]
