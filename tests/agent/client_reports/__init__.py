"""Tests of the health report's data."""
