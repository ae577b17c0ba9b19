"""Doing a failed job again, or leaving it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException, UniqueViolation

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import retry
from expertpool.operations.enums import job_label
from expertpool.operations.exceptions import JobRefused
from expertpool.operations.models import JobFailure

GONE = "这个任务已经不在失败列表里：可能已经有人处理过，请刷新后查看。"
SUCCESSOR = "同样的任务已有新的一个在排队，不用重做；请选「不再处理」。"


@transaction.atomic
def retry_job(*, job_id: int, actor: User, now: datetime) -> str:
    """Queue a job that failed once more; return what it is called. Logs it.

    Jobs may run twice without harm, so doing one again is never wrong. Refuses (JobRefused) a job that has
    not failed, or no longer, and one whose successor waits already.
    """
    label = _locked(job_id)
    try:
        with transaction.atomic():
            retry(job_id, at=now)
    except (UniqueViolation, IntegrityError) as error:
        raise JobRefused(SUCCESSOR) from error
    except ConnectorException as error:
        raise JobRefused(GONE) from error
    _log("operations.retry_job", job_id, label, actor, now)
    return label


@transaction.atomic
def dismiss_job(*, job_id: int, actor: User, now: datetime) -> str:
    """Take a job that failed off the list without doing it; return what it is called. Logs it."""
    label = _locked(job_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s", [job_id])
    JobFailure.objects.filter(job_id=job_id).delete()
    _log("operations.dismiss_job", job_id, label, actor, now)
    return label


def _locked(job_id: int) -> str:
    jobs = ProcrastinateJob.objects.select_for_update().filter(status="failed", pk=job_id)
    job = jobs.first()
    if job is None:
        raise JobRefused(GONE)
    return job_label(job.task_name)


def _log(action: str, job_id: int, label: str, actor: User, now: datetime) -> None:
    record(action, actor=actor, now=now, after={"任务": label, "任务编号": job_id})
