"""Reading the basic data: equal and related units, trees for pickers, levels of titles."""

from expertpool.directory.queries.lists import (
    dictionary_names,
    title_level,
    title_levels,
)
from expertpool.directory.queries.relations import (
    Step,
    Way,
    related_units,
    way_text,
    ways_from,
)
from expertpool.directory.queries.trees import (
    division_subtree,
    division_tree,
    path_names,
    province_codes,
    search_specialties,
    specialty_subtree,
    specialty_subtrees,
    specialty_tree,
)
from expertpool.directory.queries.units import (
    UNIT_SEARCH,
    Named,
    is_called,
    search_units,
    unit_name,
    units_matching,
    units_matching_each,
)

__all__ = [
    "UNIT_SEARCH",
    "Named",
    "Step",
    "Way",
    "dictionary_names",
    "division_subtree",
    "division_tree",
    "is_called",
    "path_names",
    "province_codes",
    "related_units",
    "search_specialties",
    "search_units",
    "specialty_subtree",
    "specialty_subtrees",
    "specialty_tree",
    "title_level",
    "title_levels",
    "unit_name",
    "units_matching",
    "units_matching_each",
    "way_text",
    "ways_from",
]
