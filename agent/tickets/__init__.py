"""Which tickets the problems of an estate are owed, and what each ticket is still to be told."""
