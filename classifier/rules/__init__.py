"""What can be told from words and numbers alone, each finding with the span that shows it."""
