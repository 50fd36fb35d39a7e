"""One board a module; `board()` builds it."""
