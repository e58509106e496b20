"""The check of siterounds itself: its status, and the rules that judge it."""
