"""Gathers posts about one and the same matter into events."""
