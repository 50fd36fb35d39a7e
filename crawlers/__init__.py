"""Bring posts in: a Scrapy project whose pages parse bytes and whose spiders only fetch."""
