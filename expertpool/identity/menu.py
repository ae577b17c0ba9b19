"""What this app adds to the menus."""

from __future__ import annotations

from expertpool.core.configuration import value_of
from expertpool.core.registry import Entrance, MenuItem
from expertpool.identity.services.signing_in import is_offered
from expertpool.identity.settings.oidc import LABEL

ITEM = MenuItem(
    "identity",
    "统一认证",
    "shield-check",
    "identity:list",
    ("accounts.security",),
    46,
    active=("identity:",),
    group="system",
)
WAY_IN = Entrance(
    "identity",
    str(LABEL.default),
    "identity:start",
    is_offered,
    "shield-check",
    called=lambda: value_of(LABEL),
    signs_in=True,
)
