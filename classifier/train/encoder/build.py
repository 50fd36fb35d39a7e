"""From labels and public texts to the shipped encoder: a deep teacher, then a shallow student."""

from __future__ import annotations
