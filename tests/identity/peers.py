"""Identity providers on this machine: a real one, and one that lies."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import Client

from expertpool.core.configuration import Setting
from expertpool.identity.services.provider import forget_providers
from expertpool.identity.settings import oidc as own
from tests.factories.siteconfig import configure
from tools.assets import ROOT, node_with_packages

SCRIPT = Path(__file__).with_name("provider.mjs")
SECRET = "known to both alone"
BACK = "/login/identity/back/"


def set_up(issuer: str, **more: Any) -> None:
    """Let the office be vouched for by ``issuer``; ``more`` by the names of the settings."""
    forget_providers()
    values: dict[Setting[Any], Any] = {
        own.ENABLED: True,
        own.ISSUER: issuer,
        own.CLIENT: "zjk",
        own.SECRET: SECRET,
        own.SCOPES: "openid profile email groups",
    }
    values |= {getattr(own, name.upper()): value for name, value in more.items()}
    for setting, value in values.items():
        configure(setting, value)


def back_of(location: str) -> str:
    """Return path and query of where the browser is sent back to."""
    parts = urlsplit(location)
    assert f"{parts.scheme}://{parts.netloc}" == settings.SITE_URL
    return f"{parts.path}?{parts.query}"


class RealProvider:
    """node-oidc-provider with ``persons``; use as a context manager."""

    def __init__(self, persons: dict[str, dict[str, Any]]) -> None:
        self._persons = persons

    def __enter__(self) -> RealProvider:
        told = {"persons": self._persons, "secret": SECRET, "back": settings.SITE_URL + BACK}
        self._process = subprocess.Popen(
            [node_with_packages(dev=True), str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            text=True,
            env=os.environ | {"PERSONS": json.dumps(told)},
        )
        assert self._process.stdout
        port = json.loads(self._process.stdout.readline())["port"]
        self.issuer = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def sign_in(self, client: Client, person: str, way_on: str = "") -> Any:
        """Go from our door to the provider's, sign in there as ``person``, and come back."""
        return client.get(self.way_back(client, person, way_on))

    def way_back(self, client: Client, person: str, way_on: str = "") -> str:
        answer = client.get("/login/identity/", {"next": way_on})
        assert answer.status_code == 302, answer.content.decode()
        with httpx.Client(trust_env=False) as browser:
            page = browser.get(answer.headers["Location"])
            door = page.headers["Location"]
            assert "/interaction/" in door, door
            data = {"prompt": "login", "login": person, "password": "any"}
            step = browser.post(httpx.URL(self.issuer).join(door), data=data)
            ended = browser.get(step.headers["Location"])
        return back_of(ended.headers["Location"])


@dataclass
class LyingProvider:
    """Answers whatever a test wants: ``makes(claims)`` returns the ID token."""

    claims: dict[str, Any] = field(default_factory=dict)
    makes: Callable[[LyingProvider, dict[str, Any]], str] | None = None
    info: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    kid: str = "one"
    delay: float = 0
    calls: list[str] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = new_key()

    def __enter__(self) -> LyingProvider:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def begin(self, client: Client, way_on: str = "") -> dict[str, str]:
        """Begin to sign in; return what our side asks for."""
        answer = client.get("/login/identity/", {"next": way_on})
        assert answer.status_code == 302, answer.content.decode()
        query = urlsplit(answer.headers["Location"]).query
        self.asked = {name: value[0] for name, value in parse_qs(query).items()}
        return self.asked

    def sign_in(self, client: Client, **said: str) -> Any:
        asked = self.begin(client)
        return client.get(BACK, {"code": "a code", "state": asked["state"]} | said)

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "zjk",
            "sub": "s-1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce", ""),
            "preferred_username": "operator1",
            "email": "",
            "groups": [],
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.makes:
            return self.makes(self, claims)
        return self.signed(claims)

    def signed(self, claims: dict[str, Any], **headers: Any) -> str:
        return jwt.encode(claims, self.key, "RS256", {"kid": self.kid} | headers)

    @property
    def public_keys(self) -> dict[str, Any]:
        row = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [row | {"kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def answer(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/me",
                "jwks_uri": f"{self.issuer}/keys",
            } | self.discovery
        if path == "/keys":
            return self.public_keys
        if path == "/me":
            return self.info
        return {"access_token": "a token", "token_type": "Bearer", "id_token": self.token()}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._tell()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._tell()

            def _tell(self) -> None:
                peer.calls.append(self.path)
                time.sleep(peer.delay)
                body = json.dumps(peer.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Be quiet."""

        return Handler


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)
