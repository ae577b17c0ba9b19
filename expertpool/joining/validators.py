"""What strangers may write where the office may write anything."""

from __future__ import annotations

from typing import Any

from expertpool.experts.fields import EXPERT

_BUILT_IN = {one.code: one for one in EXPERT.built_in}


def applicant_name(raw: Any) -> str:
    """Clean the name of a person or an organisation by the rule of the record."""
    return str(_BUILT_IN["name"].clean(raw))


def phone(raw: Any) -> str:
    """Clean a mobile number by the rule of the record."""
    return str(_BUILT_IN["phone"].clean(raw))


def email(raw: Any) -> str:
    """Clean a mail address by the rule of the record."""
    return str(_BUILT_IN["email"].clean(raw))
