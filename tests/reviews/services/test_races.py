"""What an expert and the office do at once leaves one sheet that counts. With their controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Barrier, Event, Thread

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Reviewer, Submission
from expertpool.reviews.queries.sheets import content_of, seen_mark, sheets_of
from expertpool.reviews.services import returning, scoring
from expertpool.reviews.services.returning import decide_hand_back, request_hand_back
from expertpool.reviews.services.scoring import Save, save_scores
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import fill_in, make_open, reviewer_of, submit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
CONSTRAINTS = ("reviews_submitted_once", "reviews_version_once")


@pytest.fixture
def reviewer(operator: User) -> Reviewer:
    expert: Expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    row = reviewer_of(make_open(operator, now=NOW, pool=(expert,)), expert)
    fill_in(row, now=NOW)
    return row


@pytest.fixture
def without_lock_and_constraints(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two of them look, and only then either writes."""
    barrier, held = Barrier(2), scoring._held

    def looks(reviewer: Reviewer, actor: User, now: datetime) -> Reviewer:
        with connection.cursor() as cursor:  # another transaction of its own: no lock is kept
            cursor.execute("SAVEPOINT looked")
            row = held(reviewer, actor, now)
            cursor.execute("ROLLBACK TO SAVEPOINT looked")
        barrier.wait(timeout=20)
        return row

    monkeypatch.setattr(scoring, "_held", looks)
    with connection.cursor() as cursor:
        definitions = []
        for name in CONSTRAINTS:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
            definitions.append(cursor.fetchone()[0])
        cursor.execute("ALTER TABLE reviews_submission DROP CONSTRAINT reviews_version_once")
        cursor.execute("DROP INDEX reviews_submitted_once")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reviews_submission CASCADE")
        for definition in definitions:
            cursor.execute(definition)
        cursor.execute(
            "ALTER TABLE reviews_submission ADD CONSTRAINT reviews_version_once"
            " UNIQUE USING INDEX reviews_version_once"
        )


def at_once(*acts: Callable[[], object]) -> list[bool]:
    """Do all ``acts`` at the same time; return which were not refused."""
    barrier, done = Barrier(len(acts)), [False] * len(acts)

    def do(at: int) -> None:
        barrier.wait()
        try:
            acts[at]()
            done[at] = True
        except ReviewRefused:
            pass
        finally:
            connection.close()

    threads = [Thread(target=do, args=(at,)) for at in range(len(acts))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return done


def test_of_two_that_submit_one_counts(reviewer: Reviewer) -> None:
    done = at_once(*[lambda: submit(reviewer, now=NOW)] * 2)
    assert sorted(done) == [False, True]
    assert Submission.objects.count() == 1


def test_control_without_lock_and_constraints_both_count(
    reviewer: Reviewer, without_lock_and_constraints: None
) -> None:
    assert at_once(*[lambda: submit(reviewer, now=NOW)] * 2) == [True, True]
    assert Submission.objects.count() == 2


def test_what_is_saved_while_he_submits_is_in_it_or_refused(reviewer: Reviewer) -> None:
    sheet, user, seen = sheets_of(reviewer)[0], reviewer.expert.user, seen_mark(sheets_of(reviewer))
    assert user
    save = Save(sheet.revision, {"2.1.1": ["40", ""]})
    saved, submitted = at_once(
        lambda: save_scores(reviewer=reviewer, saves={sheet.item.alias: save}, actor=user, now=NOW),
        lambda: submit(reviewer, now=NOW, seen=seen),
    )
    # One of them: a sheet that was changed is not what he has read.
    assert saved is not submitted
    if submitted:
        assert Submission.objects.get().content == content_of(sheets_of(reviewer))


@pytest.mark.parametrize("locked", [True, False])
def test_who_submits_while_his_sheet_is_handed_back_comes_after_it(
    reviewer: Reviewer, operator: User, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """He submits in the midst of it. Without the lock (negative control) he is told that the sheet stands that is just being
    handed back."""
    first = submit(reviewer, now=NOW)
    request = request_hand_back(subject=first, reason="单位弄混了", actor=operator, now=NOW)
    other, hold, held = make_user("supervisor"), returning.lock_submission, scoring._held
    begun, looked = Event(), Event()

    def hold_and_wait(submission: Submission) -> Submission:
        row = hold(submission) if locked else Submission.objects.get(pk=submission.pk)
        begun.set()
        looked.wait(timeout=1 if locked else 20)
        return row

    def look(reviewer: Reviewer, actor: User, now: datetime) -> Reviewer:
        try:
            return held(reviewer, actor, now)
        finally:
            looked.set()

    def submit_meanwhile() -> None:
        assert begun.wait(timeout=20)
        submit(reviewer, now=NOW)

    monkeypatch.setattr(returning, "lock_submission", hold_and_wait)
    monkeypatch.setattr(scoring, "_held", look)
    if not locked:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    returned, submitted = at_once(
        lambda: decide_hand_back(request=request, agree=True, note="", actor=other, now=NOW),
        submit_meanwhile,
    )
    assert (returned, submitted) == (True, locked)
    first.refresh_from_db()
    assert first.returned_at == NOW
    standing = Submission.objects.filter(returned_at=None)
    assert list(standing.values_list("version", flat=True)) == ([2] if locked else [])
