"""Every commit is linked without gaps, and every forced alteration is found."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction

from expertpool.accounts.models import Department, User
from expertpool.audit.models import GENESIS, Entry
from expertpool.audit.queries import chain_head
from expertpool.audit.services.chain import verify_chain
from tests.audit.conftest import Note
from tests.factories.accounts import make_department

pytestmark = pytest.mark.django_db(transaction=True)


def force(statement: str, *values: object) -> None:
    """Do what only a superuser of the database can: change rows past all triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def in_threads(*works: Callable[[], object]) -> list[BaseException]:
    """Run ``works`` at once, each with its own connection; return what they raised."""
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except OperationalError as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_entries_are_linked_at_commit_in_order(note: Note) -> None:
    with transaction.atomic():
        first, second = note("一"), note("二")
        first.refresh_from_db()
        assert first.chain_no is None
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.chain_no, second.chain_no) == (1, 2)
    assert bytes(first.previous_hash) == GENESIS
    assert bytes(second.previous_hash) == bytes(first.hash)
    link = hashlib.sha256(bytes(second.previous_hash) + bytes(second.digest))
    assert bytes(second.hash) == link.digest()
    assert chain_head().hash == link.hexdigest()
    assert verify_chain() is None


def test_a_rollback_leaves_no_entry_and_no_gap(note: Note) -> None:
    note("一")
    with transaction.atomic():
        note("不算")
        transaction.set_rollback(True)
    with transaction.atomic():
        note("二")
        with transaction.atomic():
            note("也不算")
            transaction.set_rollback(True)
    assert list(Entry.objects.order_by("id").values_list("note", "chain_no")) == [
        ("一", 1),
        ("二", 2),
    ]
    assert verify_chain() is None


def test_values_survive_the_way_through_the_database(note: Note, admin: User) -> None:
    after = {
        "姓名": "王\u3000明",
        "n": 12345678901234567890,
        "list": [1, None, True],
        "d": {"b": 1},
    }
    note("原因 ‖ \"'\\", subject=admin, actor=admin, before={}, after=after)
    assert verify_chain() is None


@pytest.mark.race
@pytest.mark.shows("PRJ-20")
def test_concurrent_commits_give_one_chain_without_gaps(note: Note) -> None:
    def work() -> None:
        for _ in range(10):
            with transaction.atomic():
                note()
                note()

    assert in_threads(*[work] * 6) == []
    numbers = Entry.objects.order_by("chain_no").values_list("chain_no", flat=True)
    assert list(numbers) == list(range(1, 121))
    assert chain_head().number == 120
    assert verify_chain() is None


def commit_across_a_locked_row(note: Note, department: Department) -> list[BaseException]:
    """One transaction holds a row; another, whose commit checks a foreign key to that row, starts
    to commit; then the first commits. Both have entries."""
    row_held, may_commit = threading.Event(), threading.Event()

    def holder() -> None:
        with transaction.atomic():
            Department.objects.select_for_update().get(pk=department.pk)
            note("holder")
            row_held.set()
            may_commit.wait(5)

    def inserter() -> None:
        row_held.wait(5)
        with transaction.atomic():
            note("inserter")
            User.objects.create(username="new", name="新", department=department)
            threading.Timer(0.5, may_commit.set).start()  # when this commit waits for the row

    return in_threads(holder, inserter)


@contextmanager
def linking_too_early() -> Iterator[None]:
    """Link as the first step of a commit instead of the last."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_last")
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER too_early AFTER INSERT ON audit_entry DEFERRABLE"
            " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_entry_link()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER too_early ON audit_entry")
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_last")


@pytest.mark.race
def test_commits_do_not_deadlock_over_foreign_keys(note: Note) -> None:
    department = make_department()
    assert commit_across_a_locked_row(note, department) == []
    assert chain_head().number == 2
    assert verify_chain() is None


@pytest.mark.race
def test_they_would_if_linking_were_not_the_last_step(note: Note) -> None:
    department = make_department()
    with linking_too_early():
        (error,) = commit_across_a_locked_row(note, department)
    assert "deadlock" in str(error)


@pytest.mark.parametrize(
    ("statement", "number", "reason"),
    [
        ("UPDATE audit_entry SET note = '改过' WHERE chain_no = 2", 2, "内容"),
        ("UPDATE audit_entry SET at = at + interval '1 s' WHERE chain_no = 3", 3, "内容"),
        ("UPDATE audit_entry SET actor_name = '别人' WHERE chain_no = 1", 1, "内容"),
        ("UPDATE audit_entry SET after = '{\"a\": 2}' WHERE chain_no = 2", 2, "内容"),
        ("DELETE FROM audit_entry WHERE chain_no = 2", 2, "缺少第 2 条"),
        ("DELETE FROM audit_entry WHERE chain_no = 4", 4, "实有 3 条"),
        ("UPDATE audit_chainhead SET number = 3", 3, "链头"),
        ("UPDATE audit_chainhead SET number = 9", 5, "实有 4 条"),
        ("DELETE FROM audit_chainhead", 1, "没有链头"),
        ("UPDATE audit_entry SET chain_no = NULL WHERE chain_no = 4", 4, "实有 3 条"),
    ],
)
@pytest.mark.shows("PRJ-20")
def test_a_forced_alteration_is_found(note: Note, statement: str, number: int, reason: str) -> None:
    for text in "甲乙丙丁":
        note(text, after={"a": 1})
    assert verify_chain() is None
    force(statement)
    found = verify_chain()
    assert found is not None
    assert found.number == number
    assert reason in found.reason


def test_a_forger_who_recomputes_one_entry_is_found_at_the_next(note: Note) -> None:
    for text in "甲乙丙":
        note(text)
    forged = Entry.objects.get(chain_no=2)
    forged.note = "改过"
    from expertpool.audit.services.proofs import content_digest

    digest = content_digest(forged)
    link = hashlib.sha256(bytes(forged.previous_hash) + digest).digest()
    force(
        "UPDATE audit_entry SET note = '改过', digest = %s, hash = %s WHERE chain_no = 2",
        digest,
        link,
    )
    found = verify_chain()
    assert found is not None
    assert (found.number, found.reason) == (3, "前一哈希与上一条不符。")


def test_an_entry_smuggled_in_past_the_triggers_is_found(note: Note) -> None:
    note("甲")
    force(
        "INSERT INTO audit_entry (at, actor_name, address, action, subject_type, subject_id,"
        " subject_label, note, digest) VALUES (now(), '', '', 'x', '', '', '', '', '')"
    )
    found = verify_chain()
    assert found is not None
    assert found.number == 0
    assert "没有进入链条" in found.reason
    assert str(found) == found.reason
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_chain", stderr=said)
    assert said.getvalue() == f"不一致\n{found.reason}（记录编号 {found.entry_id}）\n"


def test_the_command_says_whether_the_chain_holds(note: Note) -> None:
    note("甲")
    out, err = StringIO(), StringIO()
    call_command("verify_chain", stdout=out)
    assert out.getvalue().startswith(f"一致\n链长 1\n链头 {chain_head().hash}\n锚点 0 个")
    force("UPDATE audit_entry SET note = '改过'")
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_chain", stderr=err)
    assert exit_.value.code == 1
    assert "第 1 条" in err.getvalue()


def test_an_empty_chain_holds() -> None:
    assert verify_chain() is None
    assert (chain_head().number, chain_head().hash) == (0, "0" * 64)
