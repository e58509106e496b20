"""Pure values that every other part of the agent speaks in."""
