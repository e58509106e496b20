"""Values and rules without I/O: incidents, tickets, messages, schedules, errors."""
