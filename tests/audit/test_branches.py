"""Each department has its chain where the office wants it; all are taken into one, and checked as one."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import StringIO
from pathlib import Path
from time import monotonic

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import GENESIS, Branch, ChainHead, Entry
from expertpool.audit.queries import branch_name, chain_head, waiting_in_branches
from expertpool.audit.services import keep_head
from expertpool.audit.services.anchors import anchor
from expertpool.audit.services.chain import verify_chain
from expertpool.audit.services.health import find_chain
from expertpool.core.health import Health
from tests.audit.conftest import Note
from tests.audit.test_chain import force, in_threads
from tests.factories.accounts import make_department
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def by_department(settings: LazySettings) -> None:
    settings.LOG_BY_DEPARTMENT = True


@pytest.fixture
def two() -> list[User]:
    """Two persons of two departments."""
    return [
        User.objects.create(username=name, name=name, department=make_department())
        for name in ("甲", "乙")
    ]


def places() -> list[tuple[str, int | None, int | None]]:
    return list(Entry.objects.order_by("id").values_list("note", "branch_no", "chain_no"))


def test_a_department_has_its_chain_until_the_one_takes_it_in(note: Note, two: list[User]) -> None:
    first, second = two
    note("一", actor=first)
    note("二", actor=second)
    with transaction.atomic():
        note("三", actor=first)
        note("四", actor=first)
    assert places() == [("一", 1, None), ("二", 1, None), ("三", 2, None), ("四", 3, None)]
    assert (chain_head().number, waiting_in_branches().count()) == (0, 4)
    assert verify_chain() is None
    link = GENESIS
    for entry in Entry.objects.filter(branch=first.department_id).order_by("branch_no"):
        link = hashlib.sha256(link + bytes(entry.digest)).digest()
        assert bytes(entry.branch_hash) == link
    assert bytes(Branch.objects.get(department=first.department_id).hash) == link
    # The system has no department: its commit is linked to the chain, after all that waited.
    note("五")
    assert sorted(places(), key=lambda one: one[2] or 0) == [
        *(("一", 1, 1), ("三", 2, 2), ("四", 3, 3), ("二", 1, 4), ("五", None, 5))
    ]
    assert verify_chain() is None


def test_who_acts_with_others_is_linked_to_the_chain(note: Note, two: list[User]) -> None:
    with transaction.atomic():
        for one in two:
            note(one.name, actor=one)
    assert places() == [("甲", None, 1), ("乙", None, 2)]
    with transaction.atomic():
        note("又", actor=two[0])
        note("系统")
    assert places()[2:] == [("又", None, 3), ("系统", None, 4)]
    assert verify_chain() is None


def test_what_an_expert_does_has_no_place_by_which_his_department_is_known(
    note: Note, two: list[User]
) -> None:
    expert = make_expert(user=two[0]).user
    assert expert.department_id is not None
    note("专家", actor=expert)
    note("经办人", actor=two[1])
    assert places() == [("专家", None, 1), ("经办人", 1, None)]


def test_the_page_of_an_entry_names_the_chain_of_its_department(
    note: Note, two: list[User], admin: User
) -> None:
    entry = note(actor=two[0])
    page = login(Client(), admin).get(reverse("audit:entry_detail", args=[entry.pk]))
    assert f"“{two[0].department}”的第 1 条" in page.content.decode()
    assert branch_name(10**9) == f"部门 {10**9}"


def test_each_minute_the_chain_takes_them_in_and_is_confirmed(note: Note, two: list[User]) -> None:
    now = timezone.now()
    for one in two:
        note(actor=one)
    made = anchor(now=now)
    assert made is not None
    assert made.number == 3  # with the entry that says so
    assert Entry.objects.get(chain_no=3).after == {"条数": 2}
    assert anchor(now=now) is None
    assert verify_chain() is None
    told = StringIO()
    call_command("verify_chain", stdout=told)
    assert told.getvalue().endswith("部门链 2 条，0 条日志等待并入\n")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        # Of what was taken in, and of what waits (3).
        ("UPDATE audit_entry SET branch_no = 7 WHERE branch_no = 2", "缺少第 2 条"),
        ("UPDATE audit_entry SET branch_hash = '' WHERE branch_no = 1", "第 1 条的哈希不符"),
        ("UPDATE audit_entry SET note = '改过' WHERE branch_no = 3", "内容"),
        ("DELETE FROM audit_entry WHERE branch_no = 3", "链头记为 3 条"),
        ("UPDATE audit_branch SET number = 4", "链头记为 4 条"),
        ("UPDATE audit_branch SET hash = ''", "链头记为 3 条"),
        ("DELETE FROM audit_branch", "没有链头"),
        ("UPDATE audit_entry SET branch_no = NULL WHERE branch_no = 3", "链头记为 3 条"),
        ("UPDATE audit_entry SET proof = NULL WHERE branch_no = 3", "没有本系统的凭证"),
        ("DELETE FROM audit_chainhead", "没有链头"),
    ],
)
@pytest.mark.shows("PRJ-20")
def test_what_is_altered_in_a_branch_is_found(
    note: Note, two: list[User], statement: str, reason: str
) -> None:
    one = two[0]
    note("甲", actor=one)
    note("乙", actor=one)
    note()  # takes both in
    note("丙", actor=one)
    assert verify_chain() is None
    force(statement)
    found = verify_chain()
    assert found is not None
    assert reason in found.reason
    assert ("部门链" in found.reason) is (f"部门链“{one.department}”" in found.reason)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_branch SET number = 0",
        "DELETE FROM audit_branch",
        "TRUNCATE audit_branch",
        "UPDATE audit_entry SET branch_no = 9, branch_hash = ''",
        "UPDATE audit_entry SET branch = 9",
    ],
)
def test_nobody_changes_a_place_in_a_branch(note: Note, two: list[User], statement: str) -> None:

    note(actor=two[0])
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_not_taken_in_is_told(note: Note, two: list[User]) -> None:
    note()
    note(actor=two[0])
    anchor_is_due = timezone.now() + timedelta(minutes=11)
    assert find_chain(timezone.now()).state is Health.OK
    assert "没有并入总链" in find_chain(anchor_is_due).sentence


def test_one_chain_again_takes_in_what_waits(
    note: Note, two: list[User], settings: LazySettings
) -> None:
    note("在部门链上", actor=two[0])
    settings.LOG_BY_DEPARTMENT = False
    note("在总链上", actor=two[0])
    assert places() == [("在部门链上", 1, 1), ("在总链上", None, 2)]
    assert verify_chain() is None


def test_what_is_kept_beside_the_database_holds_what_waited(
    note: Note, two: list[User], settings: LazySettings, tmp_path: Path
) -> None:
    settings.KEPT_HEAD = tmp_path / "chain-head"
    note("已答复", actor=two[0])
    assert keep_head(now=timezone.now()) == ""
    assert places()[0] == ("已答复", 1, 1)
    assert settings.KEPT_HEAD.read_text().startswith("2:")


@pytest.mark.race
def test_commits_of_two_departments_and_of_the_system_give_whole_chains(
    note: Note, two: list[User]
) -> None:
    def work(actor: User | None) -> None:
        for _ in range(8):
            with transaction.atomic():
                note(actor=actor)
                note(actor=actor)

    actors = [*two, *two, None, None]
    assert in_threads(*[lambda actor=one: work(actor) for one in actors]) == []
    assert verify_chain() is None
    note()
    assert waiting_in_branches().count() == 0
    assert ChainHead.objects.get().number == Entry.objects.count() == 16 * 6 + 1
    assert verify_chain() is None


def committed_beside(note: Note, held_by: User, other: User) -> float:
    """How long a commit of ``other`` takes while one of ``held_by`` has taken its head and not let it go."""
    with transaction.atomic():
        note(actor=held_by)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # linked; not committed

        def work() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                note(actor=other)

        started = monotonic()
        errors = in_threads(work)
    return monotonic() - started if not errors else float("inf")


@pytest.mark.race
def test_no_department_waits_for_the_commit_of_another(
    note: Note, two: list[User], settings: LazySettings
) -> None:
    assert committed_beside(note, *two) < 1
    settings.LOG_BY_DEPARTMENT = False
    assert committed_beside(note, *two) == float("inf")
