"""The operator's library of official refutations, and how a post is found to repeat one."""
