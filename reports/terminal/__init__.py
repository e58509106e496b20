"""Renders rounds, incidents, contracts, the outbox and schedules for a terminal and as JSON."""
