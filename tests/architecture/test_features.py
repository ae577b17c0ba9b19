"""Tests name the functions that they show by ids that exist."""

from tools.features import known, shown


def test_markers_name_known_features() -> None:
    assert shown().keys() - known().keys() == set()


def test_a_file_may_show_one_as_a_whole() -> None:
    assert "tests/experts/queries/test_sharing.py" in shown()["EXP-51"]
