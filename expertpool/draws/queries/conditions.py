"""The fields on which a draw may set conditions: what an expert is, never who he is."""

from __future__ import annotations

from expertpool.experts.queries.criteria import EXPERT_FIELDS

SUBJECT = "draws.condition"

# A condition on these would single people out: a designation that looks like a draw
# (招标投标法实施条例 第四十六条). Units and persons to keep out are avoidances of the project.
NAMING_FIELDS = frozenset({"name", "number", "employer", "status", "source"})

CONDITION_FIELDS = tuple(field for field in EXPERT_FIELDS if field.code not in NAMING_FIELDS)
