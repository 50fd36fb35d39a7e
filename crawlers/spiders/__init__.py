"""Spiders: they only fetch; what a page says is read by crawlers.pages."""
