"""Grafana dashboards as code, and how they get into a Grafana. All they show is derived."""
