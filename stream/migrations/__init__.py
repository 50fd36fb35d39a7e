"""The shape of the tables that the stages share, step by step."""
