"""A ticket's whole record as it leaves the house: gathered, bundled with hashes, and checked."""
