"""Zendesk Support: tickets."""
