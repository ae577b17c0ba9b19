"""Live SQL puts what is done each minute to sleep: somebody else than the queue notices, and wakes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from config.worker import noting_duties
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core import duties
from expertpool.core.duties import duties as duty_tasks
from expertpool.core.duties import keep_duties, late_duties, note_run
from expertpool.core.home import todos_for
from expertpool.core.models import DutyRun
from expertpool.notifications.models import Message

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=1)


def put_to_sleep(name: str, queue: str = "deadlines") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock,"
            " scheduled_at) VALUES (%s, %s, '{}', 'todo', %s, '2099-01-01')",
            [queue, name, name],
        )


def run_all(now: datetime) -> None:
    for name in duty_tasks():
        note_run(name, now=now)


def waiting(name: str) -> list[datetime | None]:
    rows = ProcrastinateJob.objects.filter(queueing_lock=name, status="todo")
    return list(rows.values_list("scheduled_at", flat=True))


def test_a_twin_in_a_hundred_years_keeps_no_duty_away(auditor: User, supervisor: User) -> None:
    now = timezone.now()
    run_all(now)
    put_to_sleep("draws.sweep")
    put_to_sleep("reports.tell_chain_head", "default")
    for _ in range(2):
        keep_duties(now=now, since=LONG_AGO)
    assert waiting("draws.sweep") == waiting("reports.tell_chain_head") == []
    entry = Entry.objects.get(action="duties.late")
    assert entry.after == {"定时任务": "抽取逾期检查、每日链头"}
    told = Message.objects.filter(occasion="portal.duties_late", channel="site")
    assert {message.recipient for message in told} == {auditor.name, supervisor.name}


def test_a_duty_that_was_not_done_is_queued_anew(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reason: here it waits in a queue that nobody works on."""
    monkeypatch.setattr(duties, "STARTED", LONG_AGO)
    now = timezone.now()
    run_all(now - timedelta(minutes=4))
    note_run("audit.anchor", now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock)"
            " VALUES ('nowhere', 'draws.sweep', '{}', 'todo', 'draws.sweep')"
        )
    assert "draws.sweep" in late_duties(now=now, since=LONG_AGO)
    assert client.get("/health/").json()["duties"] == "late"
    kept = keep_duties(now=now, since=LONG_AGO)
    assert "audit.anchor" not in kept
    job = ProcrastinateJob.objects.get(queueing_lock="draws.sweep", status="todo")
    assert job.queue_name == "deadlines"


def test_a_clock_that_is_set_back_puts_nothing_to_sleep() -> None:
    """What was done last lies two hours ahead, and so does the start of this process."""
    now = timezone.now()
    ahead = now + timedelta(hours=2)
    run_all(ahead)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)"
            " VALUES ('draws.sweep', '', %s)",
            [int(ahead.timestamp())],
        )
    assert keep_duties(now=now, since=ahead) == sorted(duty_tasks())
    assert waiting("draws.sweep") == [None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_periodic_defers")
        assert cursor.fetchone()[0] == 0


def test_the_home_page_of_who_runs_the_system_says_what_is_late(
    admin: User, auditor: User, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "STARTED", LONG_AGO)
    now = timezone.now()
    run_all(now)
    assert not any("定时任务" in todo.title for todo in todos_for(admin, now=now))
    later = now + timedelta(minutes=4)
    for name in duty_tasks():
        if name != "draws.sweep":
            note_run(name, now=later)
    for user in (admin, auditor):
        (todo,) = (one for one in todos_for(user, now=later) if "定时任务" in one.title)
        assert "抽取逾期检查；" in todo.text
        assert todo.url.endswith("?action=duties.late")
    assert not any("定时任务" in todo.title for todo in todos_for(operator, now=later))
    note_run("draws.sweep", now=later)
    assert not any("定时任务" in todo.title for todo in todos_for(admin, now=later))


def test_a_run_that_he_writes_himself_is_none() -> None:
    now = timezone.now()
    run_all(now - timedelta(hours=1))
    assert late_duties(now=now, since=LONG_AGO)
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyRun.objects.update(at=now)
    DutyRun.objects.update(at=now, n=F("n") + 1)
    assert late_duties(now=now, since=LONG_AGO) == sorted(duty_tasks())


def test_a_run_of_before_does_not_come_back() -> None:
    """By an old row he would have everybody's time stand still since then."""
    now = timezone.now()
    note_run("draws.sweep", now=now - timedelta(days=2))
    (old,) = DutyRun.objects.values()
    note_run("draws.sweep", now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyRun.objects.filter(pk=old["id"]).update(**old)
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyRun.objects.all().delete()
    note_run("draws.sweep", now=now)
    assert DutyRun.objects.get().n == 2


def test_the_worker_notes_each_run_and_all_is_well(client: Client) -> None:
    for name in [*duty_tasks(), "draws.check_record"]:
        context = SimpleNamespace(task=SimpleNamespace(name=name))
        assert noting_duties(lambda: 7, context, None) == 7
    assert set(DutyRun.objects.values_list("name", flat=True)) == set(duty_tasks())
    assert "draws.sweep" in duty_tasks()
    assert not keep_duties(now=timezone.now(), since=LONG_AGO)
    assert client.get("/health/").json()["duties"] == "ok"
