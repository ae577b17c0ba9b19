"""By what a browser is known in which somebody has signed in before.

Where many sit behind one address, those who guess there shut the address: whoever has signed in by this
browser before still does, to his own account and no other. Who guesses has no such cookie, and one of his own
account opens no other's (docs/decisions/0372).
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "known"
SALT = "networks.known"
LASTS = timedelta(days=180)


def remember(response: HttpResponse, account: int) -> None:
    """Let the browser that gets ``response`` be known as one of ``account`` (its id)."""
    response.set_cookie(
        COOKIE,
        signing.dumps(account, salt=SALT),
        max_age=LASTS,
        secure=settings.HTTPS,
        httponly=True,
        # Also when a link in a letter leads here.
        samesite="Lax",
    )


def known_account(request: HttpRequest) -> int | None:
    """Return the account (id) as whose this browser is known, if any."""
    given = request.COOKIES.get(COOKIE)
    if not given:
        return None
    try:
        account = signing.loads(given, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    # Signed is not typed: an older version may have written another thing.
    return account if isinstance(account, int) else None
