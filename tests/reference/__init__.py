"""Slow, obvious second opinions, sharing no code with what they check."""
