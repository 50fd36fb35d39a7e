"""Compare two judges on labelled posts, and promote the second only if it is not worse."""
