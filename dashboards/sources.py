"""The three data sources of the dashboards: where posts, tickets and the stages' metrics are read.

Passwords are never written down: a provisioned file names the environment variable that Grafana
itself reads, a push carries them once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.models.dashboard import DataSourceRef

POSTS = DataSourceRef(type_val="elasticsearch", uid="yuqing-posts")
TICKETS = DataSourceRef(type_val="grafana-postgresql-datasource", uid="yuqing-tickets")
METRICS = DataSourceRef(type_val="prometheus", uid="yuqing-metrics")


@dataclass(frozen=True, slots=True)
class Places:
    """Where Grafana finds the services, as seen from Grafana; the defaults are docker-compose's."""

    elastic_url: str = "http://elasticsearch:9200"
    elastic_user: str = "elastic"
    elastic_password: str = "$__env{ELASTIC_PASSWORD}"
    index: str = "yuqing"
    postgres: str = "postgres:5432"
    database: str = "yuqing"
    postgres_user: str = "grafana_reader"
    postgres_password: str = "$__env{GRAFANA_READER_PASSWORD}"
    prometheus_url: str = "http://prometheus:9090"


def data_sources(places: Places) -> list[dict[str, Any]]:
    """The data sources as Grafana's API and its provisioning files both spell them."""
    return [_posts(places), _tickets(places), _metrics(places)]


def _posts(places: Places) -> dict[str, Any]:
    return {
        "name": "舆情帖文",
        "type": POSTS.type_val,
        "uid": POSTS.uid,
        "access": "proxy",
        "url": places.elastic_url,
        "basicAuth": True,
        "basicAuthUser": places.elastic_user,
        "secureJsonData": {"basicAuthPassword": places.elastic_password},
        "jsonData": {"index": places.index, "timeField": "first_known_at"},
    }


def _tickets(places: Places) -> dict[str, Any]:
    return {
        "name": "舆情台账",
        "type": TICKETS.type_val,
        "uid": TICKETS.uid,
        "access": "proxy",
        "url": places.postgres,
        "user": places.postgres_user,
        "secureJsonData": {"password": places.postgres_password},
        "jsonData": {"database": places.database, "sslmode": "disable", "postgresVersion": 1500},
    }


def _metrics(places: Places) -> dict[str, Any]:
    return {
        "name": "舆情流水线",
        "type": METRICS.type_val,
        "uid": METRICS.uid,
        "access": "proxy",
        "url": places.prometheus_url,
        "jsonData": {"timeInterval": "15s"},
    }
