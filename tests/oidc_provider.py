"""A small OpenID Connect provider on loopback, with a key of its own: real HTTP, real tokens."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "yuqing", "client-secret"


@dataclass
class Provider:
    """Signs in whoever asks as `login`; `bend` may spoil the claims before they are signed."""

    now: Callable[[], int]
    issuer: str = ""
    login: str = "lin"
    bend: Callable[[dict[str, Any]], None] = lambda _claims: None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    signer: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        """The provider's HTTP side."""
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def discovery() -> dict[str, str]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
            }

        @app.get("/jwks")
        def jwks() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            code = secrets.token_urlsafe(8)
            self.asked[code] = asked
            return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

        @app.post("/token")
        def token(
            request: Request,
            code: Annotated[str, Form()],
            code_verifier: Annotated[str, Form()],
        ) -> Response:
            asked = self.asked.pop(code, None)
            known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if asked is None or request.headers.get("authorization") != f"Basic {known}":
                return JSONResponse({"error": "invalid_grant"}, 400)
            hashed = hashlib.sha256(code_verifier.encode()).digest()
            if base64.urlsafe_b64encode(hashed).decode().rstrip("=") != asked["code_challenge"]:
                return JSONResponse({"error": "invalid_grant"}, 400)
            body = {"access_token": "a", "token_type": "Bearer", "id_token": self._signed(asked)}
            return JSONResponse(body)

        return app

    def _signed(self, asked: dict[str, str]) -> str:
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": "42",
            "preferred_username": self.login,
            "nonce": asked["nonce"],
            "iat": self.now(),
            "exp": self.now() + 300,
        }
        self.bend(claims)
        signer = self.signer or self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, signer)
