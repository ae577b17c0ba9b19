"""Talking to an OpenID provider: what it says of itself, its keys, and who a code stands for.

Each call is bounded in time and size (`core.posting`), leads only where an operator lets it (`core.reachable`), and few
run at once: a provider that hangs keeps no more than those waiting. What it says of itself is kept for a while.
"""

from __future__ import annotations

import json
import re
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import jwt
from django.conf import settings

from expertpool.core import posting, reachable
from expertpool.core.configuration import Reader
from expertpool.identity.exceptions import NotVouched, ProviderFailed
from expertpool.identity.settings.oidc import CLIENT, ISSUER, SECRET, is_plain_elsewhere

MEND = "单位内部的身份平台，请运维人员把它列入 IDENTITY_PRIVATE_HOSTS。"
LARGEST = 256 * 1024  # bytes of an answer
NO_ADDRESS = "身份平台的发现文档里没有 {}，或不是网址，请管理员核对“颁发者”。"
KEPT = 600.0  # seconds that what a provider says of itself counts
KEYS_AGAIN = 30.0  # seconds after which keys are fetched anew for one that is not among them
AT_ONCE = 4
SILENT = "身份平台没有答复，请过几分钟再试；一直不行的，请联系管理员。"
BUSY = "同时登录的人太多，请稍候再试。"

_few = threading.BoundedSemaphore(AT_ONCE)
_kept: dict[str, Provider] = {}


@dataclass
class Provider:
    """What a provider says of itself (OpenID Connect Discovery 1.0), and since when it is known."""

    issuer: str
    authorization: str
    token: str
    userinfo: str
    end_session: str  # where browsers sign out of it (RP-Initiated Logout 1.0); empty: nowhere
    keys_at: str
    algorithms: frozenset[str]
    by_post: bool  # the secret goes in the body, since it does not take it in the header
    since: float
    keys: list[jwt.PyJWK]
    keys_since: float


def provider_of(read: Reader, *, fresh: bool = False) -> Provider:
    """Return the provider that is set, as it says. Raises ProviderFailed."""
    issuer = read(ISSUER)
    known = _kept.get(issuer)
    if known and not fresh and time.monotonic() - known.since < KEPT:
        return known
    said = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    # Else one that is trusted for itself could speak for another.
    if said.get("issuer") != issuer:
        raise ProviderFailed("身份平台自称的颁发者与设置的不同，请管理员核对“颁发者”。")
    addresses = {
        name: _address(said, name)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    }
    methods = _listed(said, "token_endpoint_auth_methods_supported") or {"client_secret_basic"}
    now = time.monotonic()
    provider = Provider(
        issuer=issuer,
        authorization=addresses["authorization_endpoint"],
        token=addresses["token_endpoint"],
        userinfo=_address(said, "userinfo_endpoint") if said.get("userinfo_endpoint") else "",
        end_session=_address(said, "end_session_endpoint")
        if said.get("end_session_endpoint")
        else "",
        keys_at=addresses["jwks_uri"],
        algorithms=_listed(said, "id_token_signing_alg_values_supported"),
        by_post="client_secret_basic" not in methods and "client_secret_post" in methods,
        since=now,
        keys=_keys(addresses["jwks_uri"]),
        keys_since=now,
    )
    _kept.clear()  # of one provider: who tries many addresses fills nothing
    _kept[issuer] = provider
    return provider


def key_of(provider: Provider, kid: str | None) -> jwt.PyJWK:
    """Return the key that ``kid`` names, fetched anew where it came since: providers change theirs. Raises NotVouched."""
    found = _among(provider.keys, kid)
    # Not for each unknown name: whoever makes tokens up would have us ask for ever.
    if found is None and time.monotonic() - provider.keys_since >= KEYS_AGAIN:
        provider.keys, provider.keys_since = _keys(provider.keys_at), time.monotonic()
        found = _among(provider.keys, kid)
    if found is None:
        raise NotVouched("unknown key")
    return found


def exchange(
    provider: Provider, read: Reader, *, code: str, verifier: str, back: str
) -> Mapping[str, Any]:
    """Return what ``code`` stands for at the token endpoint (RFC 6749, 4.1.3; RFC 7636). Raises ProviderFailed, and
    NotVouched where the provider does not take it."""
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    client, secret = read(CLIENT), read(SECRET)
    if secret and not provider.by_post:
        # Escaped first, as RFC 6749 wants it (2.3.1): else a colon in it would end the name.
        pair = f"{quote_plus(client)}:{quote_plus(secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        body |= {"client_id": client} | ({"client_secret": secret} if secret else {})
    answer = _called(provider.token, "POST", urlencode(body).encode(), headers)
    # It says no to this code; all else is no answer.
    if 400 <= answer.status < 500:
        raise NotVouched(f"token endpoint answers {answer.status}")
    return _object(answer)


def userinfo(provider: Provider, token: str) -> Mapping[str, Any]:
    """Return what else the provider tells of whoever ``token`` is for. Raises ProviderFailed."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return _object(_called(provider.userinfo, "GET", b"", headers))


def forget_providers() -> None:
    _kept.clear()


def _address(said: Mapping[str, Any], name: str) -> str:
    url = said.get(name)
    if not isinstance(url, str) or not re.match("https?://", url) or not url.isprintable():
        raise ProviderFailed(NO_ADDRESS.format(name))
    try:
        is_plain = is_plain_elsewhere(url)
    except ValueError as error:
        raise ProviderFailed(NO_ADDRESS.format(name)) from error
    if is_plain:
        raise ProviderFailed(f"身份平台的 {name} 不是 https 地址，不能使用。")
    return url


def _listed(said: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return which words the provider lists as ``name``; none where it lists none, or not so that one can read it."""
    rows = said.get(name)
    return (
        frozenset(one for one in rows if isinstance(one, str))
        if isinstance(rows, list)
        else frozenset()
    )


def _keys(url: str) -> list[jwt.PyJWK]:
    rows = _fetched(url).get("keys")
    found = []
    for row in rows if isinstance(rows, list) else ():
        try:
            key = jwt.PyJWK(row)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
            continue  # of a kind that is not known here
        if row.get("use", "sig") == "sig" and row.get("kty") in ("RSA", "EC", "OKP"):
            found.append(key)
    if not found:
        raise ProviderFailed("身份平台没有给出可用的签名公钥，请管理员核对。")
    return found


def _among(keys: list[jwt.PyJWK], kid: str | None) -> jwt.PyJWK | None:
    if kid is None:  # allowed where there is one alone
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.key_id == kid), None)


def _fetched(url: str) -> Mapping[str, Any]:
    return _object(_called(url, "GET", b"", {"Accept": "application/json"}))


def _object(answer: posting.Answer) -> Mapping[str, Any]:
    try:
        said = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise ProviderFailed(SILENT) from error
    if answer.status != 200 or not isinstance(said, dict):
        raise ProviderFailed(SILENT)
    return said


def _called(url: str, method: str, body: bytes, headers: Mapping[str, str]) -> posting.Answer:
    # Refused soon: those who wait would hold every thread of the server.
    if not _few.acquire(timeout=1):
        raise ProviderFailed(BUSY)
    try:
        return posting.post(url, body, headers, read=LARGEST, find=_find, method=method)
    except reachable.AddressRefused as error:
        raise ProviderFailed(str(error)) from error
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderFailed(SILENT) from error
    finally:
        _few.release()


def _find(url: str) -> posting.Target:
    private = settings.IDENTITY_PRIVATE_HOSTS
    return reachable.resolve_target(url, private=private, mend=MEND)
