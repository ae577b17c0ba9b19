"""The fields that conditions ask, which administrators may retire meanwhile."""

from __future__ import annotations

from expertpool.core.criteria import fields_named
from expertpool.customforms.exceptions import FieldRetired
from expertpool.customforms.services.fields import hold_fields
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.queries.eligibility import Eligibility
from expertpool.experts.fields import EXPERT


def hold_asked(found: Eligibility) -> None:
    """Refuse (DrawNotReady) conditions over a field that is no longer in use, or that only some see, and let nobody
    retire one until the seal stands."""
    asked = fields_named(node for rows in found.levels.values() for _, node in rows)
    try:
        hold_fields(EXPERT.code, asked)
    except FieldRetired as retired:
        raise DrawNotReady(str(retired)) from None
