"""The basic data of a new installation."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from expertpool.directory.models import (
    DictionaryItem,
    Division,
    Specialty,
    SpecialtyScheme,
    Title,
)
from expertpool.directory.receivers import fill_new_database
from expertpool.directory.services.loading import load_reference_data

pytestmark = pytest.mark.django_db


@pytest.mark.shows("EXP-16")
def test_a_migrated_database_has_it() -> None:
    counts = Specialty.objects.filter(scheme__code="ndrc2018")
    assert [counts.filter(level=level).count() for level in range(4)] == [3, 31, 313, 1793]
    assert Specialty.objects.filter(scheme__code="procurement2022").count() == 4272
    assert list(SpecialtyScheme.objects.values_list("code", "active")) == [
        ("ndrc2018", True),
        ("procurement2022", False),
    ]
    assert Division.objects.filter(level=1).count() == 34
    assert Division.objects.count() == 3351
    assert Title.objects.count() == 84
    assert DictionaryItem.objects.filter(dictionary="education").exists()


def test_paths_and_levels_follow_parents() -> None:
    for node in Specialty.objects.select_related("parent"):
        above = node.parent.path if node.parent else ""
        assert node.path == f"{above}{node.code}/"
        assert node.level == node.path.count("/") - 1


def test_loading_again_adds_only_what_is_missing() -> None:
    assert set(load_reference_data().values()) == {0}
    Specialty.objects.filter(code="A010101").update(name="改过的名称")
    Title.objects.filter(name__in=["教授", "讲师"]).delete()
    Specialty.objects.filter(scheme__code="ndrc2018", code="A010102").delete()
    added = load_reference_data()
    assert {code: count for code, count in added.items() if count} == {"ndrc2018": 1, "titles": 2}
    assert Specialty.objects.get(code="A010101").name == "改过的名称"
    back = Specialty.objects.get(scheme__code="ndrc2018", code="A010102")
    assert back.path == "A/A01/A0101/A010102/"


def test_a_later_migration_leaves_the_data_alone() -> None:
    Title.objects.filter(name="教授").delete()
    fill_new_database()
    assert not Title.objects.filter(name="教授").exists()


def test_the_command_says_what_it_added() -> None:
    Title.objects.filter(name="教授").delete()
    out = io.StringIO()
    call_command("load_reference_data", stdout=out)
    assert "职称：新增 1 条" in out.getvalue()
