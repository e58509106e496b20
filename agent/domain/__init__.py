"""Pure values that the other rooms of the agent share: incidents, tickets, messages, schedules."""
