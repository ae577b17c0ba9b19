"""Tests name the functions that they show by ids that exist."""

from tools.features import known, shown


def test_markers_name_known_features() -> None:
    assert shown().keys() - known().keys() == set()
