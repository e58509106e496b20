"""WHEN rounds are due, and which were missed: pure, with the clock as an argument."""
