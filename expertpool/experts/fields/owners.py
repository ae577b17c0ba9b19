"""Whose each field is: what an expert edits himself, what he asks for, and what is the office's (docs/decisions/0200)."""

from __future__ import annotations

from expertpool.core.configuration import value_of
from expertpool.core.subjects import FieldDeclaration, Owner
from expertpool.experts.settings import OWN_FIELDS


def owner_of(declared: FieldDeclaration) -> Owner:
    """Return whose ``declared`` is now: the office moves fields of the code between his own and those that
    he asks for; of a field that it added itself, it says so there."""
    if declared.owner == Owner.OFFICE or declared.always_asked or declared.is_extra:
        return declared.owner
    return Owner.OWN if declared.code in value_of(OWN_FIELDS) else Owner.CONTROLLED
