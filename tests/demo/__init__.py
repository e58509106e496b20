"""`make demo`: a round over a small estate of its own, on loopback, without root."""
