"""Rehearsals: the real responder on a clock that jumps, with everybody's part in a script."""
