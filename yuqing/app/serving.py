"""What people and machines meet, put together: the desk, the console and the API that stand on it,
accounts, keys, and the ways to sign in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from yuqing.app.configuration import jurisdictions, source_names
from yuqing.app.kept_secrets import secret
from yuqing.app.settings import Settings
from yuqing.app.wallclock import real_now
from yuqing.app.wiring import clock, index, pulse, ticket_store, tickets_engine
from yuqing.domain.errors import ConfigError

if TYPE_CHECKING:
    from responder.accounts import Accounts
    from responder.api.services import Services
    from responder.console.backstage import Backstage
    from responder.desk import Desk
    from responder.machines import Machines
    from responder.oidc import Oidc
    from responder.people import People
    from responder.phone_links import PhoneLinks


def desk(settings: Settings) -> Desk:
    """The application service behind console and API."""
    from responder.desk import Desk

    return Desk(tickets_engine(settings), jurisdictions(settings), settings.review_below)


def backstage(settings: Settings, write_report: Callable[[str, str], Path]) -> Backstage:
    """Everything the console stands on; `write_report` is what its button calls."""
    from responder.console.backstage import Backstage

    return Backstage(
        desk=desk(settings),
        people=people(settings),
        accounts=accounts(settings),
        machines=machines(settings),
        index=index(settings),
        pulse=pulse(settings),
        clock=clock(settings),
        jurisdictions=jurisdictions(settings),
        source_names=source_names(settings),
        reports=settings.data_dir / "reports",
        write_report=write_report,
        oidc=oidc(settings),
        files=settings.jurisdictions,
    )


def api_services(settings: Settings, stage: Backstage) -> Services:
    """Everything the API stands on, beside the console's own."""
    from responder.api.services import Services
    from responder.repeats import Repeats

    engine, now = tickets_engine(settings), stage.clock
    return Services(
        desk=stage.desk,
        index=stage.index,
        people=stage.people,
        keys=stage.machines.of_keys,
        repeats=Repeats(engine, now),
        webhooks=stage.machines.of_hooks,
        clock=now,
        problems=stage.complaints,
    )


def accounts(settings: Settings) -> Accounts:
    """The accounts as administrators look after them."""
    from responder.accounts import Accounts

    engine, homes = tickets_engine(settings), jurisdictions(settings)
    return Accounts(engine, people(settings), clock(settings), homes)


def machines(settings: Settings) -> Machines:
    """Keys and webhooks as administrators look after them."""
    from responder.keys import Keys
    from responder.machines import Machines
    from responder.webhooks import Webhooks

    engine, now = tickets_engine(settings), clock(settings)
    return Machines(Keys(engine, now), Webhooks(engine, now), jurisdictions(settings))


def people(settings: Settings) -> People:
    """Accounts and sign-ins."""
    from responder.people import People

    return People(
        tickets_engine(settings),
        clock(settings),
        signed_in_for=timedelta(hours=settings.session_hours),
        unused_for=timedelta(minutes=settings.session_idle_minutes),
    )


def oidc(settings: Settings) -> Oidc | None:
    """Signing in through another house, if one is set. Raises ConfigError when half set."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id or settings.oidc_client_secret is None:
        raise ConfigError(
            "environment",
            "YUQING_OIDC_CLIENT_ID or YUQING_OIDC_CLIENT_SECRET",
            "is missing",
            "Set both, or leave YUQING_OIDC_ISSUER empty.",
        )
    from responder.oidc import Oidc, OidcPlan

    plan = OidcPlan(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.console_url(),
        settings.oidc_claim,
    )
    return Oidc(plan, secret(settings), real_now)


def phone_links(settings: Settings) -> PhoneLinks:
    """Acknowledging by the links of pushes."""
    from responder.phone_links import PhoneLinks

    return PhoneLinks(ticket_store(settings), secret(settings))
