"""Reading the basic data: equal and related units, trees for pickers, levels of titles."""

from expertpool.directory.queries.lists import (
    dictionary_names,
    title_level,
    title_levels,
)
from expertpool.directory.queries.names import NewNames
from expertpool.directory.queries.near import (
    Near,
    near_each,
    near_sentence,
    near_text,
    near_units,
    now_called,
    surest_first,
    suspected_pairs,
    unidentified_units,
    unknown_among,
)
from expertpool.directory.queries.parts import UNIT_LIKE, parts_of
from expertpool.directory.queries.relations import (
    Step,
    Way,
    related_units,
    way_text,
    ways_from,
)
from expertpool.directory.queries.trees import (
    division_codes,
    division_subtree,
    division_tree,
    path_names,
    search_specialties,
    specialties_like,
    specialty_subtree,
    specialty_subtrees,
    specialty_tree,
)
from expertpool.directory.queries.units import (
    UNIT_NAME,
    UNIT_SEARCH,
    Named,
    is_called,
    is_code_of,
    search_units,
    unit_name,
    units_matching,
    units_matching_each,
)
from expertpool.directory.validators import normalise_unit_name

__all__ = [
    "UNIT_LIKE",
    "UNIT_NAME",
    "UNIT_SEARCH",
    "Named",
    "Near",
    "NewNames",
    "Step",
    "Way",
    "dictionary_names",
    "division_codes",
    "division_subtree",
    "division_tree",
    "is_called",
    "is_code_of",
    "near_each",
    "near_sentence",
    "near_text",
    "near_units",
    "normalise_unit_name",
    "now_called",
    "parts_of",
    "path_names",
    "related_units",
    "search_specialties",
    "search_units",
    "specialties_like",
    "specialty_subtree",
    "specialty_subtrees",
    "specialty_tree",
    "surest_first",
    "suspected_pairs",
    "title_level",
    "title_levels",
    "unidentified_units",
    "unit_name",
    "units_matching",
    "units_matching_each",
    "unknown_among",
    "way_text",
    "ways_from",
]
