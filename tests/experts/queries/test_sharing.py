"""Whose experts may be drawn for whose projects: the rules of the tree of departments."""

from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.accounts.models import Department
from expertpool.audit.models import Entry
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert, Sharing
from expertpool.experts.queries.sharing import not_shared_with
from expertpool.experts.services.sharing import set_sharing
from tests.factories.accounts import make_department
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-51")]
NOW = timezone.now()
Tree = dict[str, Department]


@pytest.fixture
def tree() -> Tree:
    """甲 with 甲一 and 甲二, 乙 with 乙一, and an expert in each, named after it; one is in none."""
    first, second = make_department("甲"), make_department("乙")
    found = {
        "甲": first,
        "乙": second,
        "甲一": make_department("甲一", parent=first),
        "甲二": make_department("甲二", parent=first),
        "乙一": make_department("乙一", parent=second),
    }
    for name, department in found.items():
        make_expert(name, department=department)
    make_expert("无部门")
    return found


def share(
    department: Department, mode: str, *borrowers: Department, contacts: bool = False
) -> None:
    set_sharing(
        department=department,
        mode=mode,
        borrowers=borrowers,
        contacts=contacts,
        actor=None,
        now=NOW,
    )


def closed_to(*departments: Department | None) -> set[str]:
    kept = not_shared_with(one.pk if one else None for one in departments)
    return {one.name for one in Expert.objects.filter(kept)}


def test_without_a_rule_everybody_is_shared(tree: Tree) -> None:
    assert closed_to(tree["乙"]) == closed_to(None) == set()


def test_kept_back_are_a_department_and_what_is_below_it(tree: Tree) -> None:
    share(tree["甲"], "none")
    assert closed_to(tree["乙"]) == closed_to(None) == {"甲", "甲一", "甲二"}
    # Those in its own line of the tree are no others.
    assert closed_to(tree["甲"]) == closed_to(tree["甲一"]) == set()


def test_the_nearest_rule_counts(tree: Tree) -> None:
    share(tree["甲"], "none")
    share(tree["甲二"], "all")
    assert closed_to(tree["乙"]) == {"甲", "甲一"}
    share(tree["甲"], "all")
    share(tree["甲二"], "none")
    assert closed_to(tree["乙"]) == closed_to(tree["甲一"]) == {"甲二"}
    # Who stands above reaches what is below.
    assert closed_to(tree["甲"]) == set()


def test_chosen_ones_come_with_what_is_below_them(tree: Tree) -> None:
    share(tree["甲"], "chosen", tree["乙"])
    assert closed_to(tree["乙"]) == closed_to(tree["乙一"]) == set()
    share(tree["甲"], "chosen", tree["乙一"])
    assert closed_to(tree["乙"]) == closed_to(None) == {"甲", "甲一", "甲二"}
    assert closed_to(tree["乙一"]) == set()


def test_of_several_projects_each_has_to_be_allowed(tree: Tree) -> None:
    share(tree["甲"], "none")
    share(tree["乙"], "none")
    assert closed_to(tree["甲"], tree["乙"]) == {"甲", "甲一", "甲二", "乙", "乙一"}


def test_a_path_that_begins_alike_is_another_department(tree: Tree) -> None:
    """1/ and 12/: by text one would stand below the other."""
    share(tree["甲"], "none")
    alike = make_department("丙")
    Department.objects.filter(pk=alike.pk).update(path=f"{tree['甲'].pk}9/")
    assert closed_to(alike) == {"甲", "甲一", "甲二"}


def test_each_change_is_told_by_its_words(tree: Tree) -> None:
    share(tree["甲"], "chosen", tree["乙"])
    share(tree["甲"], "chosen", tree["乙"])  # nothing is new
    share(tree["甲"], "none", contacts=True)
    share(tree["甲"], "")
    entries = Entry.objects.filter(action="expert.sharing").order_by("id")
    to, whom, contacts = "共享给", "可以抽取的部门（含下级）", "其他部门可见联系方式"
    chosen = {to: "指定部门", whom: "乙", contacts: "否"}
    none = {to: "不共享", whom: None, contacts: "是"}
    nothing = {to: None, whom: None, contacts: None}
    assert [(one.before, one.after) for one in entries] == [
        (nothing, chosen),
        (chosen, none),
        ({to: "不共享", contacts: "是"}, {to: None, contacts: None}),
    ]
    assert {one.subject_label for one in entries} == {"甲"}
    assert Sharing.objects.get().mode == "above"
    assert closed_to(tree["乙"]) == set()


def test_chosen_without_a_choice_is_refused(tree: Tree) -> None:
    share(tree["甲"], "none")
    with pytest.raises(ExpertRefused, match="请选择可以抽取的部门"):
        share(tree["甲"], "chosen")
    assert Sharing.objects.get().mode == "none"
