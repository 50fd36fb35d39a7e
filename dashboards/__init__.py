"""Grafana dashboards as typed code, and what pushes them."""
