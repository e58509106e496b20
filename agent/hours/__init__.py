"""The time that routine rounds take, as it is booked: one entry a client and slot."""
