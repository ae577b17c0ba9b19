"""The steps of a new installation, put away by hand."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.portal.settings import FIRST_HOUR
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings


def leave_first_hour(*, actor: User, now: datetime) -> None:
    """Switch the setting off by which the steps are shown, as its page does; logged there. Nothing where it is off."""
    save_settings(
        group=FIRST_HOUR.group,
        values={FIRST_HOUR.code: False},
        version=version_of(FIRST_HOUR.group),
        actor=actor,
        now=now,
    )
