"""The history of the crawl state's tables."""
