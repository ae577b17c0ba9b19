"""Jobs that failed: seen without what they were about, and done again."""

from __future__ import annotations

import errno
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from psycopg.errors import QueryCanceled

from config.worker import noting_failures
from expertpool.accounts.models import User
from expertpool.audit.models import Anchor, Entry
from expertpool.core.crypto import DecryptionError
from expertpool.core.health import Health
from expertpool.core.jobs import defer
from expertpool.operations.models import JobFailure
from expertpool.operations.queries.checks import find_failed
from expertpool.operations.services.failures import reason_of, remove_old_failures
from expertpool.operations.tasks import watch
from tests.factories.jobs import fail_job, set_status
from tests.fixtures import login
from tests.worker import work_off

pytestmark = pytest.mark.django_db


def status_of(job_id: int) -> str:
    return ProcrastinateJob.objects.get(pk=job_id).status


@pytest.mark.shows("SYS-01")
def test_the_list_says_what_when_and_why_and_names_nobody(client: Client, admin: User) -> None:
    job_id = defer("notifications.deliver_message", message_id=7)
    set_status(job_id, "doing")

    def fails() -> None:
        raise ConnectionError("李娜 13911110002 收不到")

    with pytest.raises(ConnectionError):
        noting_failures(fails, SimpleNamespace(job=SimpleNamespace(id=job_id)), None)
    assert find_failed(timezone.now()).state is Health.OK  # may be tried again
    set_status(job_id, "failed")
    assert find_failed(timezone.now()).state is Health.WARNING
    assert find_failed(timezone.now() + timedelta(days=8)).state is Health.OK
    page = login(client, admin).get("/operations/jobs/").content.decode()
    for words in (
        "发送通知",
        f">{job_id}<",
        "对方没有答复",
        "ConnectionError",
        f"/{job_id}/retry/",
    ):
        assert words in page
    for words in ("李娜", "13911110002", "message_id"):
        assert words not in page
        assert words not in str(JobFailure.objects.values())
    assert "失败的任务" in client.get("/operations/").content.decode()


@pytest.mark.shows("SYS-01")
def test_a_failed_job_is_done_again_once(client: Client, admin: User) -> None:
    job_id, other = fail_job(), fail_job()
    login(client, admin)
    assert client.post(f"/operations/jobs/{job_id}/retry/").status_code == 204
    assert (status_of(job_id), status_of(other)) == ("todo", "failed")
    again = client.post(f"/operations/jobs/{job_id}/retry/")
    assert again.status_code == 409
    events = ProcrastinateEvent.objects.filter(job_id=job_id, type="retried")
    assert events.count() == 1
    entry = Entry.objects.get(action="operations.retry_job")
    assert entry.after == {"任务": "操作日志锚点", "任务编号": job_id}
    assert entry.actor_id == admin.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("SYS-01")
def test_a_worker_does_what_is_to_be_tried_again(client: Client, admin: User) -> None:
    job_id = fail_job()
    (queue,) = ProcrastinateJob.objects.filter(pk=job_id).values_list("queue_name", flat=True)
    work_off(queue)
    assert status_of(job_id) == "failed"  # nobody does it unasked
    before = Anchor.objects.count()
    assert login(client, admin).post(f"/operations/jobs/{job_id}/retry/").status_code == 204
    work_off(queue)
    assert status_of(job_id) == "succeeded"
    assert Anchor.objects.count() == before + 1
    assert "没有失败的任务" in client.get("/operations/jobs/").content.decode()


def test_a_job_that_is_left_leaves_the_list(client: Client, admin: User) -> None:
    job_id = fail_job()
    login(client, admin)
    assert client.post(f"/operations/jobs/{job_id}/dismiss/").status_code == 204
    assert client.post(f"/operations/jobs/{job_id}/dismiss/").status_code == 409
    assert status_of(job_id) == "cancelled"
    assert "没有失败的任务" in client.get("/operations/jobs/").content.decode()
    assert Entry.objects.filter(action="operations.dismiss_job").count() == 1


@pytest.mark.shows("SYS-01")
def test_what_a_later_run_made_good_leaves_the_list(client: Client, admin: User) -> None:
    missed = fail_job()
    report = fail_job(task="reports.write_months")  # of one month: the next writes another
    for task in ("audit.anchor", "reports.write_months"):
        set_status(defer(task, timestamp=2), "succeeded")
    later = fail_job()
    watch(timestamp=3)
    assert status_of(missed) == "cancelled"
    assert not JobFailure.objects.filter(job_id=missed).exists()
    assert (status_of(report), status_of(later)) == ("failed", "failed")
    page = login(client, admin).get("/operations/jobs/").content.decode()
    assert [f"/{job_id}/retry/" in page for job_id in (missed, report, later)] == [
        False,
        True,
        True,
    ]


def test_who_may_only_look_does_nothing(client: Client, auditor: User) -> None:
    job_id = fail_job()
    page = login(client, auditor).get("/operations/jobs/").content.decode()
    assert "程序出错" in page
    assert "/retry/" not in page
    assert client.post(f"/operations/jobs/{job_id}/retry/").status_code == 403
    assert client.post(f"/operations/jobs/{job_id}/dismiss/").status_code == 403


def test_a_job_whose_successor_waits_is_not_needed(client: Client, admin: User) -> None:
    job_id = fail_job()
    with_lock = "UPDATE procrastinate_jobs SET queueing_lock = 'audit.anchor' WHERE id = %s"
    waiting = defer("audit.anchor", timestamp=2)
    with connection.cursor() as cursor:
        cursor.execute(with_lock, [job_id])
        cursor.execute(with_lock, [waiting])
    answer = login(client, admin).post(f"/operations/jobs/{job_id}/retry/")
    assert answer.status_code == 409
    assert status_of(job_id) == "failed"


def test_reasons_in_words() -> None:
    ended = OperationalError("x")
    ended.__cause__ = QueryCanceled("x")
    for error, words in (
        (DecryptionError("李娜"), "数据无法解密"),
        (OSError(errno.ENOSPC, "x"), "磁盘已满"),
        (ended, "查询太久，已停止"),
        (OperationalError("x"), "数据库没有答复"),
        (KeyError("李娜"), "程序出错"),
    ):
        assert reason_of(error) == words


def test_reasons_of_what_went_through_are_forgotten() -> None:
    now = timezone.now()
    kept, gone = fail_job(), fail_job()
    set_status(gone, "succeeded")
    assert remove_old_failures(now=now + timedelta(days=29)) == 0
    assert remove_old_failures(now=now + timedelta(days=31)) == 1
    assert JobFailure.objects.get().job_id == kept
