"""Contracts as they stand in Teamwork: a project's custom fields, its budget, and the tasks that are in scope."""

from agent.integrations.teamwork.client import Teamwork, teamwork_service
from agent.integrations.teamwork.contract import Agreement, FieldBook
from agent.integrations.teamwork.sync import Found, Reading, Wanted, read_agreements

__all__ = ["Agreement", "FieldBook", "Found", "Reading", "Teamwork", "Wanted", "read_agreements", "teamwork_service"]
