"""The fields on which a draw may set conditions: what an expert is, never who he is."""

from __future__ import annotations

from expertpool.core.criteria import Field
from expertpool.experts.fields import EXPERT

SUBJECT = "draws.condition"

# Not fields that single people out (``draws=False``), which would be a designation that looks like
# a draw (招标投标法实施条例 第四十六条). Units and persons to keep out are avoidances of the project.
CONDITION_FIELDS = tuple(EXPERT.criteria(draws=True))


def joined_conditions() -> list[Field]:
    """Return those of the fields that administrators have added to experts."""
    return EXPERT.joined_criteria(draws=True)
