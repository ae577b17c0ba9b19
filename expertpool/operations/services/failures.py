"""Keeping why a job failed, without what the error said."""

from __future__ import annotations

import errno
import logging
import traceback
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.errors import QueryCanceled

from expertpool.core.crypto import DecryptionError
from expertpool.core.jobs import app
from expertpool.operations.models import JobFailure
from vdraw import EngineError

KEPT = timedelta(days=30)  # of a job that did not fail in the end
OURS = ("/expertpool/", "/config/", "/vdraw/")
# What runs each day or more often looks for all that is due; a report of a month is of that month alone.
EACH_DAY = " * * *"
FULL = (errno.ENOSPC, errno.EDQUOT)
PROGRAM = "程序出错"
# What is done is looked for once for each task: one that fails each minute leaves many rows.
MADE_GOOD = """
WITH failed AS (
    SELECT id, task_name FROM procrastinate_jobs WHERE status = 'failed' AND task_name = ANY (%s)
), done AS (
    SELECT task_name, max(id) AS latest FROM procrastinate_jobs
    WHERE status = 'succeeded' AND task_name IN (SELECT task_name FROM failed)
        AND id > (SELECT min(id) FROM failed)
    GROUP BY task_name
)
UPDATE procrastinate_jobs AS job SET status = 'cancelled'
FROM failed JOIN done USING (task_name)
WHERE job.id = failed.id AND job.status = 'failed' AND failed.id < done.latest
RETURNING job.id
"""
REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (DecryptionError, "数据无法解密"),
    (EngineError, "数据与封存时不同"),
    (ObjectDoesNotExist, "要处理的记录已不存在"),
    (IntegrityError, "与已有的数据冲突"),
    (OperationalError, "数据库没有答复"),
    (InterfaceError, "数据库没有答复"),
    (TimeoutError, "对方没有按时答复"),
    (ConnectionError, "对方没有答复"),
    (MemoryError, "内存不足"),
)

logger = logging.getLogger(__name__)


def note_failure(*, job_id: int, error: BaseException, now: datetime) -> None:
    """Keep why an attempt of the job failed. Never raises: the job's own error is what counts."""
    try:
        with transaction.atomic():
            JobFailure.objects.update_or_create(
                job_id=job_id,
                defaults={"at": now, "reason": reason_of(error), "place": place_of(error)},
            )
    except Exception:
        logger.exception("why job %s failed could not be kept", job_id)


def reason_of(error: BaseException) -> str:
    """Return in words what kind of failure it was."""
    if isinstance(error, OSError) and error.errno in FULL:
        return "磁盘已满"
    if isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled):
        return "查询太久，已停止"
    return next((words for kind, words in REASONS if isinstance(error, kind)), PROGRAM)


def place_of(error: BaseException) -> str:
    """Return the type of the error and the last line of ours that it went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(folder in frame.filename for folder in OURS)]
    if not ours:
        return type(error).__name__
    last = ours[-1]
    return f"{type(error).__name__} {_short(last.filename)}:{last.lineno}"[:200]


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", maxsplit=4)[1:])


def remove_old_failures(*, now: datetime) -> int:
    """Forget why attempts failed of jobs that went through after all; return how many."""
    failed = ProcrastinateJob.objects.filter(status="failed").values("pk")
    old = JobFailure.objects.filter(at__lt=now - KEPT).exclude(job_id__in=failed)
    return old.delete()[0]


def remove_made_good() -> int:
    """Take the runs of periodic tasks that failed off the list, where a later one has done what they left; return how
    many."""
    periodic = app.periodic_registry.periodic_tasks.values()
    names = [row.task.name for row in periodic if row.cron.endswith(EACH_DAY)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MADE_GOOD, [names])
        left = [row[0] for row in cursor.fetchall()]
        JobFailure.objects.filter(job_id__in=left).delete()
    return len(left)
