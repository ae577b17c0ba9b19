"""Signing out of the provider, too, where the office wants it (OpenID Connect RP-Initiated Logout 1.0).

The provider asks by what token it once said who somebody is. It stands in his session, encrypted, as it
names him, and bound to his account: moved to another session it opens for nobody.
"""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.registry import Leaving
from expertpool.core.configuration import value_of
from expertpool.core.crypto import DecryptionError, Vault, binding
from expertpool.identity.exceptions import IdentityError
from expertpool.identity.services.provider import provider_of
from expertpool.identity.settings import oidc as own

logger = logging.getLogger(__name__)

KEY = "identity_token"
LONGEST = 8_000  # of a token: an address takes no more
_VAULT = Vault("FIELD_KEY")


def keep_for_leaving(session: Any, token: str, *, user: User) -> None:
    """Keep in ``session`` by what ``user`` came, if he shall leave the provider with it."""
    if value_of(own.LEAVES) and len(token) <= LONGEST:
        session[KEY] = b64encode(_VAULT.encrypt(token.encode(), _bound(user.pk))).decode()


def way_out(session: Any) -> str:
    """Return where the browser of ``session`` signs out of the provider as well; empty: it came by none, the office does
    not want it, or the provider offers nothing or does not answer."""
    kept = session.get(KEY)
    if not (isinstance(kept, str) and value_of(own.LEAVES)):
        return ""
    try:
        token = _VAULT.decrypt(b64decode(kept), _bound(session.get(SESSION_KEY))).decode()
        address = provider_of(value_of).end_session
    except (DecryptionError, IdentityError, ValueError) as error:
        logger.warning("identity provider, signing out: %s", error)
        return ""
    if not address:
        return ""
    asked = {
        "id_token_hint": token,
        "client_id": value_of(own.CLIENT),
        "post_logout_redirect_uri": f"{settings.SITE_URL}{reverse('accounts:login')}",
    }
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def _bound(user_id: Any) -> bytes:
    return binding("identity", "token", str(user_id))


LEAVING = Leaving("identity", way_out)
