"""A built-in world to watch the whole service on: a fictional district, its week, its sites."""
