"""Rebuild the linear model: a weak step from public texts, a gold step from labels."""
