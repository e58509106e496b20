"""Tickets: which ones a round opens and updates, and the messages of these."""
