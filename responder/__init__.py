"""Tickets, clocks, routing, escalation and answers; their store, API, console and reports."""
