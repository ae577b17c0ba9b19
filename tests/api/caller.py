"""Another platform: it calls the interface with a token and nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from expertpool.accounts.models import User
from tests.factories.accounts import make_token

ROOT = "/api/v1"


class Caller:
    """Calls with the token of ``user`` that has ``scopes`` (none: all his rights)."""

    def __init__(self, user: User, *scopes: str, **token: Any) -> None:
        self.user = user
        self.token = make_token(user, *scopes, **token)
        self._client = Client(raise_request_exception=False)

    def get(self, path: str, query: dict[str, Any] | None = None) -> HttpResponse:
        return self._client.get(ROOT + path, query, headers=self._headers())

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, key: str = "", **meta: Any
    ) -> HttpResponse:
        return self._client.post(
            ROOT + path,
            data,
            content_type="application/json",
            headers=self._headers(key),
            **meta,
        )

    def put(self, path: str, data: dict[str, Any]) -> HttpResponse:
        return self._client.put(
            ROOT + path, data, content_type="application/json", headers=self._headers()
        )

    def upload(self, path: str, data: dict[str, Any], *, key: str = "") -> HttpResponse:
        return self._client.post(ROOT + path, data, headers=self._headers(key))

    def _headers(self, key: str = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token.text}"}
        return headers | ({"Idempotency-Key": key} if key else {})


def assert_problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Check that ``response`` is a problem of this kind; return it."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    assert content.keys() == {"type", "title", "status", "detail", "errors"}
    assert content["type"] == f"urn:expertpool:problem:{code}"
    assert content["status"] == status
    assert content["title"]
    assert not content["detail"].isascii()
    return content
