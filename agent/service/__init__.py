"""The service: one process that makes the rounds when they are due, and tells how it is doing."""
