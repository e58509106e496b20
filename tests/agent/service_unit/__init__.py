"""The unit as systemd sees it without running it."""
