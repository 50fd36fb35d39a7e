"""Carry and keep posts: the bus, the index, and the loop that works between them."""
