"""What somebody may see of who an expert is: his name and his employer, in clear for everybody unless the roles of the
reader lay a veil over them (docs/decisions/0700). Whatever says who somebody is to staff asks here.

Names of a draw have a time of their own (`draws.services.names`): whoever may read them by then reads them there.
"""

from __future__ import annotations

from typing import Any

from expertpool.accounts.models import User
from expertpool.core.visibility import (
    EMPLOYER,
    NAME,
    GuardedField,
    Level,
    Sensitivity,
    Viewer,
    is_clear,
    said,
)
from expertpool.experts.models import Expert


def mask_name(name: str) -> str:
    """Leave the surname, of a unit its first character; how long a name is nobody is told."""
    return f"{name[:1]}**" if len(name) > 1 else "**"


VEILS = (
    GuardedField(
        NAME, "专家姓名", mask_name, Level.PLAIN, sensitivity=Sensitivity.CONTACT, is_veil=True
    ),
    GuardedField(EMPLOYER, "专家工作单位", lambda _unit: "******", Level.PLAIN, is_veil=True),
)


def sees_who(viewer: Viewer) -> bool:
    """Tell whether ``viewer`` sees in clear who an expert is. Of what tells it in many words, such as a history, papers or a
    photograph, nobody else is shown anything."""
    return all(is_clear(viewer, one.code) for one in VEILS)


def name_for(viewer: Viewer, expert: Expert) -> str:
    """Return what ``viewer`` reads as the name of ``expert``; his own in clear."""
    return expert.name if _is_own(viewer, expert) else said(viewer, NAME, expert.name)


def employer_for(viewer: Viewer, expert: Expert) -> str:
    """Return what ``viewer`` reads as the employer of ``expert``; "" where he has none."""
    employer = expert.employer.name if expert.employer else ""
    return employer if _is_own(viewer, expert) else said(viewer, EMPLOYER, employer)


def _is_own(viewer: Any, expert: Expert) -> bool:
    return isinstance(viewer, User) and expert.user_id is not None and expert.user_id == viewer.pk
