"""How the tables of grouping came to their present shape."""
