"""Judge posts and group them into events."""
