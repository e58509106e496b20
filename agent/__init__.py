"""WHEN and WHERE: the rounds themselves, and all input and output."""
