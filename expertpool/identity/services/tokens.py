"""Whether an ID token holds (OpenID Connect Core 1.0, 3.1.3.7). What does not is refused without saying why: the log of
the program does."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from typing import Any

import jwt

from expertpool.core.configuration import Reader
from expertpool.identity.exceptions import NotVouched
from expertpool.identity.services.provider import Provider, key_of
from expertpool.identity.settings.oidc import CLIENT

logger = logging.getLogger(__name__)

# By public keys alone: neither by none, nor by a secret that both know.
ALGORITHMS = frozenset(
    {
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "EdDSA"),
    }
)
SKEW = 60  # seconds that clocks may differ
LONGEST_SUBJECT = 255
LONGEST_TOKEN = 64 * 1024


def claims_in(text: object, provider: Provider, read: Reader, *, nonce: str) -> Mapping[str, Any]:
    """Return what the ID token ``text`` says, once it holds for this system and for the sign-in of ``nonce``. Raises
    NotVouched, and ProviderFailed where a key is to be fetched."""
    if not isinstance(text, str) or len(text) > LONGEST_TOKEN:
        raise NotVouched("no token")
    try:
        header = jwt.get_unverified_header(text)
        algorithm = header.get("alg")
        offered = provider.algorithms or ALGORITHMS
        # Of the token itself only this is believed before it is checked, and only within the list.
        if algorithm not in ALGORITHMS & offered:
            raise NotVouched(f"algorithm {algorithm}")
        claims: dict[str, Any] = jwt.decode(
            text,
            key_of(provider, header.get("kid")),
            algorithms=[algorithm],
            audience=read(CLIENT),
            issuer=provider.issuer,
            leeway=SKEW,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise NotVouched(f"{type(error).__name__}: {error}") from error
    audience = claims["aud"]
    others = isinstance(audience, list) and len(audience) > 1
    # One that was made for several parties says for whom it was asked.
    if (others or "azp" in claims) and claims.get("azp") != read(CLIENT):
        raise NotVouched("made for another party")
    said = claims["nonce"]
    # ASCII, as ours are: half a letter has no bytes to compare.
    if not (isinstance(said, str) and said.isascii() and hmac.compare_digest(said, nonce)):
        raise NotVouched("nonce")
    if not is_subject(claims["sub"]):
        raise NotVouched("subject")
    return claims


def is_subject(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_SUBJECT and value.isprintable()
