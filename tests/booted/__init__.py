"""The package and the service inside a real systemd, booted in a container of its own: `make booted`."""
