"""Keeping why a job failed, without what the error said."""

from __future__ import annotations

import errno
import logging
import traceback
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.errors import QueryCanceled

from expertpool.core.crypto import DecryptionError
from expertpool.operations.models import JobFailure
from vdraw import EngineError

KEPT = timedelta(days=30)  # of a job that did not fail in the end
OURS = ("/expertpool/", "/config/", "/vdraw/")
FULL = (errno.ENOSPC, errno.EDQUOT)
PROGRAM = "程序出错"
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
