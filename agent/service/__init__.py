"""The service: one process that runs rounds and jobs on schedule, with control, metrics, health and a dashboard."""
