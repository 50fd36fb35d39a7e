"""Pages read into posts: pure functions from bytes to values, apart from any fetching."""
