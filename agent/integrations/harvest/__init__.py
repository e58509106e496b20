"""Harvest: time entries, and the hours of a project."""
