"""Pushes the Grafana boards to the server of the settings."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from yuqing.app.settings import Settings
from yuqing.domain.errors import ConfigError


def push_dashboards(settings: Settings) -> list[str]:
    """Push the boards to Grafana, which must reach the stores under the same addresses as this
    process; returns their uids."""
    from dashboards.provision import push
    from dashboards.sources import Places

    token, posts, tickets = settings.grafana_token, urlsplit(settings.index()), settings.tickets()
    if not settings.grafana_url or token is None:
        remedy = "Set it and YUQING_GRAFANA_TOKEN (a service account with the role Admin)."
        raise ConfigError("environment", "YUQING_GRAFANA_URL", "not set", remedy)
    if not posts.hostname or not tickets.startswith("postgresql"):
        remedy = "Grafana reads Elasticsearch (YUQING_INDEX_URL) and PostgreSQL."
        raise ConfigError("environment", "YUQING_TICKETS_URL", "embedded", remedy)
    base = make_url(tickets)
    places = Places(
        elastic_url=f"{posts.scheme}://{posts.hostname}:{posts.port or 9200}",
        elastic_user=unquote(posts.username or ""),
        elastic_password=unquote(posts.password or ""),
        index=posts.path.strip("/") or "yuqing",
        postgres=f"{base.host}:{base.port or 5432}",
        database=base.database or "",
        postgres_user=base.username or "",
        postgres_password=str(base.password or ""),
    )
    return push(settings.grafana_url, token.get_secret_value(), places)
