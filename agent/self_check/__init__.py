"""siterounds checks itself: what it knows about its own state, and how that is judged."""
