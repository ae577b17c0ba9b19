"""The fields that conditions ask, which administrators may retire meanwhile."""

from __future__ import annotations

from expertpool.core.criteria import fields_named
from expertpool.customforms.exceptions import FieldRetired
from expertpool.customforms.services.fields import check_fields, hold_fields
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.queries.eligibility import Eligibility
from expertpool.experts.fields import EXPERT


def check_asked(found: Eligibility) -> None:
    """Refuse (DrawNotReady) conditions over a field that is no longer in use, or that only some see."""
    try:
        check_fields(EXPERT.code, _asked(found))
    except FieldRetired as retired:
        raise DrawNotReady(str(retired)) from None


def hold_asked(found: Eligibility) -> None:
    """The same, and let nobody retire one until the seal stands."""
    try:
        hold_fields(EXPERT.code, _asked(found))
    except FieldRetired as retired:
        raise DrawNotReady(str(retired)) from None


def _asked(found: Eligibility) -> set[str]:
    return fields_named(node for levels in found.levels.values() for _, node in levels)
