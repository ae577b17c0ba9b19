"""Criteria: conditions over typed fields, stored as a tree, compiled to one ``Q``.

An app registers the fields of a subject; everything that asks "which rows" then goes through
``parse`` → ``to_q``, ``explain`` and ``canonical``. See `docs/architecture/concepts.md`.
"""

from expertpool.core.criteria.asking import asks
from expertpool.core.criteria.compiling import Context, fields_named, is_seen, prepare, to_q
from expertpool.core.criteria.errors import CriteriaError, NotAsked
from expertpool.core.criteria.fields import (
    Boolean,
    Choice,
    Date,
    Field,
    Multi,
    Number,
    Reference,
    Text,
    Tree,
)
from expertpool.core.criteria.forms import CriteriaField
from expertpool.core.criteria.gone import GONE_NAMES, GoneNames
from expertpool.core.criteria.nodes import AllOf, AnyOf, Leaf, Node, Not, canonical, canonical_json
from expertpool.core.criteria.parsing import parse, shown_to, standing
from expertpool.core.criteria.reaching import own_columns, reach
from expertpool.core.criteria.registry import (
    criteria_field,
    criteria_fields,
    join_criteria,
    register_criteria,
)
from expertpool.core.criteria.unseen import conditions_in, opened
from expertpool.core.criteria.uses import (
    CRITERIA_USES,
    CriteriaUse,
    KeptWord,
    as_seen,
    mentions,
    mentions_of,
)
from expertpool.core.criteria.wording import explain, schema

__all__ = [
    "CRITERIA_USES",
    "GONE_NAMES",
    "AllOf",
    "AnyOf",
    "Boolean",
    "Choice",
    "Context",
    "CriteriaError",
    "CriteriaField",
    "CriteriaUse",
    "Date",
    "Field",
    "GoneNames",
    "KeptWord",
    "Leaf",
    "Multi",
    "Node",
    "Not",
    "NotAsked",
    "Number",
    "Reference",
    "Text",
    "Tree",
    "as_seen",
    "asks",
    "canonical",
    "canonical_json",
    "conditions_in",
    "criteria_field",
    "criteria_fields",
    "explain",
    "fields_named",
    "is_seen",
    "join_criteria",
    "mentions",
    "mentions_of",
    "opened",
    "own_columns",
    "parse",
    "prepare",
    "reach",
    "register_criteria",
    "schema",
    "shown_to",
    "standing",
    "to_q",
]
