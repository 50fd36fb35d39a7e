"""Configuration files read into values, with errors that name file, line and remedy."""
