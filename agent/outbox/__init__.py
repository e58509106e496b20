"""The outbox: delivery of stored messages, at least once each, so that the receiver sees them once."""
