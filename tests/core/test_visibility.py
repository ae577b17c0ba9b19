"""Fields that only some roles see in clear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from expertpool.core.catalogue import UnknownCode
from expertpool.core.criteria import Text, register_criteria
from expertpool.core.visibility import (
    GUARDED_FIELDS,
    GuardedField,
    Level,
    is_exportable,
    level_for,
    show,
)


class Viewer:
    def __init__(self, *levels: str) -> None:
        self.field_levels = {"tests.phone": list(levels)} if levels else {}


@pytest.fixture(autouse=True)
def _field() -> Iterator[None]:
    phone = GuardedField("tests.phone", "手机号", lambda value: value[:3] + "***", exportable=False)
    with GUARDED_FIELDS.holding(phone):
        yield


@pytest.mark.parametrize(
    ("levels", "level", "shown"),
    [
        ((), Level.MASKED, "138***"),
        (("hidden",), Level.HIDDEN, ""),
        (("masked",), Level.MASKED, "138***"),
        (("plain",), Level.PLAIN, "13800138000"),
        (("hidden", "plain"), Level.PLAIN, "13800138000"),
        (("masked", "hidden"), Level.MASKED, "138***"),
    ],
)
@pytest.mark.shows("EXP-39")
def test_the_most_open_level_of_the_roles_counts(
    levels: tuple[str, ...], level: Level, shown: str
) -> None:
    viewer = Viewer(*levels)
    assert level_for(viewer, "tests.phone") is level
    assert show(viewer, "tests.phone", "13800138000") == shown
    assert show(viewer, "tests.phone", "") == ""


@pytest.mark.django_db
def test_a_field_that_is_not_guarded_is_plain() -> None:
    assert level_for(Viewer(), "tests.name") is Level.PLAIN
    assert show(Viewer(), "tests.name", "王小明") == "王小明"
    assert (is_exportable("tests.name"), is_exportable("tests.phone")) == (True, False)


def test_a_misspelt_guard_is_a_programming_error() -> None:
    with pytest.raises(UnknownCode, match=r"guarded field 'tests\.phoen'; near: tests\.phone"):
        register_criteria(
            "tests.visibility", Text(code="phone", label="手机号", guard="tests.phoen")
        )
