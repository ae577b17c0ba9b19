"""The trees of specialties grow and change; experts keep what they refer to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.directory.models import Specialty, SpecialtyScheme
from expertpool.directory.queries import specialty_subtree
from expertpool.directory.services.rows import delete_row
from expertpool.directory.services.specialties import (
    add_specialty,
    move_specialty,
    update_specialty,
)
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.fixture
def scheme() -> SpecialtyScheme:
    return SpecialtyScheme.objects.create(code="local", name="本地专业")


def add(scheme: SpecialtyScheme, code: str, parent: Specialty | None = None) -> Specialty:
    return add_specialty(
        scheme=scheme, parent=parent, code=code, name=f"专业{code}", actor=None, now=NOW
    )


def move(node: Specialty, parent: Specialty | None) -> Specialty:
    return move_specialty(specialty=node, parent=parent, actor=None, now=NOW)


def paths(scheme: SpecialtyScheme) -> dict[str, str]:
    return dict(scheme.specialties.values_list("code", "path"))


@pytest.mark.shows("EXP-16", "EXP-17")
def test_nodes_are_added_at_any_level(scheme: SpecialtyScheme, admin: User) -> None:
    parent = None
    for code in ("A", "A1", "A11", "A111", "A1111"):
        parent = add(scheme, code, parent)
    assert (parent.level, parent.path) == (4, "A/A1/A11/A111/A1111/")  # type: ignore[union-attr]
    assert Entry.objects.filter(action="directory.create").count() == 5


@pytest.mark.parametrize("code", ["", " ", "甲", "A/B", "A B", "X" * 21])
def test_a_code_has_to_be_one(scheme: SpecialtyScheme, code: str) -> None:
    with pytest.raises(ValidationError):
        add(scheme, code)


def test_a_code_is_taken_once_in_a_scheme(scheme: SpecialtyScheme) -> None:
    add(scheme, "a1")
    with pytest.raises(ValidationError):
        add(scheme, " A1 ")
    other = SpecialtyScheme.objects.get(code="ndrc2018")
    with pytest.raises(ValidationError, match="不属于该体系"):
        add(scheme, "A2", other.specialties.get(code="A"))


def test_a_tree_may_not_get_too_deep(scheme: SpecialtyScheme) -> None:
    parent = None
    for at in range(10):
        parent = add(scheme, f"{'X' * 17}{at}", parent)
    with pytest.raises(ValidationError, match="层次过深"):
        add(scheme, "Y" * 20, parent)
    branch = add(scheme, "Z" * 20)
    add(scheme, "Z1", branch)
    with pytest.raises(ValidationError, match="层次过深"):
        move(branch, parent)


@pytest.mark.shows("EXP-17")
def test_renaming_and_disabling_keep_what_experts_have(scheme: SpecialtyScheme) -> None:
    node = add(scheme, "A")
    expert = make_expert(specialties=(node,))
    update_specialty(specialty=node, name="新名称", active=False, actor=None, now=NOW)
    kept = expert.specialties.get()
    assert (kept.pk, kept.name, kept.active, kept.code) == (node.pk, "新名称", False, "A")
    entry = Entry.objects.get(action="directory.update")
    assert (entry.before["name"], entry.after["name"]) == ("专业A", "新名称")


@pytest.mark.shows("EXP-17")
def test_a_move_takes_all_below_along(scheme: SpecialtyScheme) -> None:
    a, b = add(scheme, "A"), add(scheme, "B")
    a1 = add(scheme, "A1", a)
    a11 = add(scheme, "A11", a1)
    add(scheme, "A1X", a)  # a code that begins the same is not below
    expert = make_expert(specialties=(a11,))
    moved = move(a1, b)
    assert paths(scheme) == {
        "A": "A/",
        "B": "B/",
        "A1": "B/A1/",
        "A11": "B/A1/A11/",
        "A1X": "A/A1X/",
    }
    assert (moved.level, moved.parent) == (1, b)
    assert expert.specialties.get() == a11
    assert a11 in specialty_subtree([b.pk])
    assert a11 not in specialty_subtree([a.pk])
    move(a1, None)
    assert (paths(scheme)["A11"], Specialty.objects.get(pk=a11.pk).level) == ("A1/A11/", 1)
    entries = Entry.objects.filter(action="directory.move").order_by("id")
    assert [entry.after["上级"] for entry in entries] == ["B 专业B", "顶层"]


def test_a_node_cannot_be_moved_below_itself_or_elsewhere(scheme: SpecialtyScheme) -> None:
    a = add(scheme, "A")
    a1 = add(scheme, "A1", a)
    for place in (a, a1):
        with pytest.raises(ValidationError, match="自己"):
            move(a, place)
    with pytest.raises(ValidationError, match="另一个专业体系"):
        move(a, Specialty.objects.get(scheme__code="ndrc2018", code="A"))
    move(a1, a)
    assert not Entry.objects.filter(action="directory.move").exists()


def test_only_what_nobody_refers_to_is_deleted(scheme: SpecialtyScheme) -> None:
    a = add(scheme, "A")
    a1 = add(scheme, "A1", a)
    make_expert(specialties=(a1,))
    for node in (a, a1):
        with pytest.raises(ValidationError, match="正在被使用"):
            delete_row(row=node, actor=None, now=NOW)
    assert scheme.specialties.count() == 2
    free = add(scheme, "B")
    delete_row(row=free, actor=None, now=NOW)
    assert scheme.specialties.count() == 2
    assert Entry.objects.filter(action="directory.delete").count() == 1


CODES = ("A", "B", "C", "D", "E", "F")


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=12))
def test_after_any_moves_paths_follow_parents(
    scheme: SpecialtyScheme, moves: list[tuple[str, str]]
) -> None:
    scheme.specialties.all()._raw_delete("default")
    for code in CODES:
        add(scheme, code)
    for code, parent in moves:
        try:
            move(scheme.specialties.get(code=code), scheme.specialties.get(code=parent))
        except ValidationError:
            assert scheme.specialties.get(code=parent).path.startswith(
                scheme.specialties.get(code=code).path
            )
    for node in scheme.specialties.select_related("parent"):
        above = node.parent.path if node.parent else ""
        assert node.path == f"{above}{node.code}/"
        assert node.level == node.path.count("/") - 1
