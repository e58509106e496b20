"""How the store came to look as it does: one file a step, forward only."""
