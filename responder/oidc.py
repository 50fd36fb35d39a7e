"""Signing in through another house (统一身份认证) by OpenID Connect; optional.

The authorization code flow with PKCE, state and nonce. The other house says who somebody is; what
that person may do here is decided here: only an account that exists and is active is let in, and
nobody is created. What the browser carries between leaving and coming back is sealed by HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from yuqing.domain.errors import NotAllowed, RetryLater

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
PATH = "/sign-in/oidc"
STAY = timedelta(minutes=10)
SECONDS = 10.0
_REFUSED = "统一身份认证没有成功，请重新登录"
log = structlog.get_logger("oidc")


@dataclass(frozen=True, slots=True)
class OidcPlan:
    """`claim` of the ID token is the login here; `console` is where people reach this house."""

    issuer: str
    client_id: str
    client_secret: str
    console: str
    claim: str = "preferred_username"
    name: str = "统一身份认证"

    @property
    def redirect_uri(self) -> str:
        """Where the other house sends people back to."""
        return f"{self.console.rstrip('/')}{PATH}/callback"


class Oidc:
    """`secret` seals what the browser carries; `now` is real time, for tokens have real ends."""

    def __init__(self, plan: OidcPlan, secret: str, now: Callable[[], datetime]) -> None:
        self.plan, self._secret, self._now = plan, secret.encode(), now

    def leave(self, next_page: str) -> tuple[str, str]:
        """(where to send the browser, what it must bring back in a cookie). Raises RetryLater."""
        about = self._discovered()
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        with self._session() as session:
            url, state = session.create_authorization_url(
                about["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        until = (self._now() + STAY).timestamp()
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "next": next_page}
        return str(url), self._sealed(kept | {"until": until})

    def back(self, url: str, cookie: str | None) -> tuple[str, str]:
        """(login, page to go on to) of who came back at `url`. Raises NotAllowed, RetryLater."""
        kept = self._opened(cookie)
        if kept is None or self._now().timestamp() > kept["until"]:
            raise NotAllowed(_REFUSED)
        about = self._discovered()
        try:
            token = self._token(about, url, kept)
            claims = self._claims(about, str(token.get("id_token", "")), kept["nonce"])
        except (AuthlibBaseError, JoseError, ValueError, KeyError) as error:
            log.warning("refused", why=repr(error))
            raise NotAllowed(_REFUSED) from error
        login = claims.get(self.plan.claim)
        if not isinstance(login, str):
            raise NotAllowed(f"统一身份认证没有给出账号（{self.plan.claim}）")
        return login, str(kept["next"])

    def _session(self) -> OAuth2Session:
        plan = self.plan
        session = OAuth2Session(
            plan.client_id,
            plan.client_secret,
            scope="openid profile",
            redirect_uri=plan.redirect_uri,
            code_challenge_method="S256",
        )
        session.trust_env = False
        return session

    def _discovered(self) -> Mapping[str, Any]:
        issuer = self.plan.issuer
        about = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != issuer:
            raise NotAllowed("统一身份认证的 issuer 与设置不符")
        return about

    def _token(self, about: Mapping[str, Any], url: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with self._session() as session:
                got = session.fetch_token(
                    about["token_endpoint"],
                    authorization_response=url,
                    state=kept["state"],
                    code_verifier=kept["verifier"],
                    timeout=SECONDS,
                )
        except OSError as error:  # what requests raises, all of it
            raise RetryLater("统一身份认证暂时无法访问") from error
        return dict(got)

    def _claims(self, about: Mapping[str, Any], token: str, nonce: str) -> Mapping[str, Any]:
        keys = KeySet.import_key_set(_fetched(str(about["jwks_uri"])))  # type: ignore[arg-type]
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        JWTClaimsRegistry(
            now=int(self._now().timestamp()),
            leeway=60,
            iss={"essential": True, "value": self.plan.issuer},
            aud={"essential": True, "value": self.plan.client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        return claims

    def _sealed(self, kept: Mapping[str, Any]) -> str:
        body = base64.urlsafe_b64encode(orjson.dumps(kept)).decode()
        return f"{body}.{self._mark(body)}"

    def _opened(self, cookie: str | None) -> dict[str, Any] | None:
        body, _, mark = (cookie or "").partition(".")
        if not body or not hmac.compare_digest(mark.encode(), self._mark(body).encode()):
            return None
        kept: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(body))
        return kept

    def _mark(self, body: str) -> str:
        return hmac.new(self._secret, b"oidc:" + body.encode(), hashlib.sha256).hexdigest()


def _fetched(url: str) -> dict[str, Any]:
    try:
        answer = httpx.get(url, timeout=SECONDS, trust_env=False)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        log.warning("away", url=url, why=repr(error))
        raise RetryLater("统一身份认证暂时无法访问") from error
    return found if isinstance(found, dict) else {}
