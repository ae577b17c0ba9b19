"""The support bundle: what somebody who helps from afar has to know, and nothing of persons or draws."""

from __future__ import annotations

import json
import logging
import platform
import sys
import zipfile
from collections import deque
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import distributions
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import (
    SITE_SETTINGS,
    Boolean,
    Choice,
    Duration,
    Number,
    OwnNumber,
    Several,
    TimeRange,
    value_of,
    words_of,
)
from expertpool.core.health import CHECKS, look
from expertpool.core.health.program import program_version
from expertpool.core.text import without_people
from expertpool.operations.models import Alert
from expertpool.operations.queries.jobs import failed_jobs, queue_states

MOST_LINES = 3000
MOST_ROWS = 200
# Whose values are chosen from what we have written: no address, no name, no secret.
PLAIN = (Boolean, Choice, Duration, Number, OwnNumber, Several, TimeRange)
# Of the settings of the environment; none of them is a secret or leads anywhere.
ENVIRONMENT = ("TRIAL", "HTTPS", "TRUST_PROXY", "CRYPTO_SUITE", "WORKERS", "TIME_ZONE")
README = """专家库支持包

用于远程协助：版本、运行状况的各项检查、设置（只有选项和数字，没有密钥、地址、账号）、各表大约行数、
数据库结构版本、失败的任务、报警、最近的日志。不含人名、号码、抽取内容。可以用任何文本编辑器查看后再发出。
"""

logger = logging.getLogger(__name__)


def support_bundle(*, actor: User | None, now: datetime) -> bytes:
    """Return the bundle (ZIP) and log that it was made. What cannot be had (no database) is named in it."""
    parts: dict[str, Callable[[datetime], Any]] = {
        "版本.json": _versions,
        "检查.json": _checks,
        "设置.json": _settings,
        "行数.json": _counts,
        "数据库结构.json": _migrations,
        "队列.json": _queues,
        "失败的任务.json": _failed_jobs,
        "报警.json": _alerts,
        "最近日志.jsonl": _log_lines,
    }
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("说明.txt", README)
        for name, find in parts.items():
            # Once more over everything: a sentence of a check or an error may name somebody.
            bundle.writestr(name, without_people(_text(find, now)))
    try:
        record("operations.bundle", actor=actor, now=now)
    except Exception:
        # Without a database there is no log either; it is wanted most then.
        logger.exception("that a support bundle was made could not be logged")
    return made.getvalue()


def _text(find: Callable[[datetime], Any], now: datetime) -> str:
    try:
        found = find(now)
    except Exception as error:  # noqa: BLE001 - whatever it is, the rest is wanted
        found = {"取不到": type(error).__name__}
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, indent=1)


def _versions(now: datetime) -> Any:
    packages = {one.metadata["Name"]: one.version for one in distributions()}
    return {
        "生成时间": timezone.localtime(now).isoformat(timespec="seconds"),
        "专家库": program_version(),
        "Python": sys.version,
        "系统": platform.platform(),
        "环境": {name: getattr(settings, name) for name in ENVIRONMENT},
        "程序包": dict(sorted(packages.items())),
    }


def _checks(now: datetime) -> Any:
    return [
        {
            "检查": one.check.label,
            "状态": str(one.finding.state.label),
            "情况": one.finding.sentence,
            "数值": one.finding.figure,
        }
        for one in look(CHECKS, now=now)
    ]


def _settings(_now: datetime) -> Any:
    return {
        f"{setting.group.label} / {setting.label}": (
            words_of(setting)
            if isinstance(setting.kind, PLAIN)
            else "默认"
            if value_of(setting) == setting.default
            else "已设置"
        )
        for setting in SITE_SETTINGS
    }


def _counts(_now: datetime) -> Any:
    """As the database estimates them: to count millions takes long."""
    return dict(
        _rows(
            "SELECT relname, n_live_tup FROM pg_stat_user_tables"
            " WHERE schemaname = current_schema() ORDER BY relname"
        )
    )


def _migrations(_now: datetime) -> Any:
    rows = _rows("SELECT app, max(name), count(*) FROM django_migrations GROUP BY app ORDER BY app")
    return {app: {"最后": name, "个数": count} for app, name, count in rows}


def _queues(now: datetime) -> Any:
    return [
        {
            "队列": state.label,
            "等待": state.due,
            "等得最久": state.age_text,
            "正在做": state.doing,
            "到时再做": state.later_text,
        }
        for state in queue_states(now=now)
    ]


def _failed_jobs(_now: datetime) -> Any:
    rows = failed_jobs().order_by("-pk")
    names = ("task_name", "pk", "failed_at", "attempts", "reason", "place")
    return [
        {
            "任务": task,
            "编号": number,
            "时间": _moment(at),
            "试过": attempts,
            "原因": reason,
            "位置": place,
        }
        for task, number, at, attempts, reason, place in rows.values_list(*names)[:MOST_ROWS]
    ]


def _alerts(_now: datetime) -> Any:
    return [
        {
            "检查": alert.label,
            "状态": alert.state_label,
            "情况": alert.sentence,
            "开始": _moment(alert.began_at),
            "恢复": _moment(alert.ended_at),
        }
        for alert in Alert.objects.order_by("-pk")[:MOST_ROWS]
    ]


def _log_lines(_now: datetime) -> str:
    lines: deque[str] = deque(maxlen=MOST_LINES)
    kept = Path(settings.LAST_LINES)
    # The older file first, so that the newest lines are those that stay.
    for path in (kept.with_suffix(".1"), kept):
        if path.exists():
            with path.open(encoding="utf-8", errors="replace") as file:
                lines.extend(file)
    return "".join(map(_unnamed, lines))


def _unnamed(line: str) -> str:
    """Return a line of the log without whatever may name somebody: the log of the house keeps what our own words say of a
    fault, which may quote what it met."""
    try:
        said = json.loads(line)
    except ValueError:  # cut off, by whatever ended the process
        return without_people(line, ours=False)
    said["message"] = without_people(said["message"], ours=False)
    return f"{json.dumps(said, ensure_ascii=False)}\n"


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


def _rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[Any] = cursor.fetchall()
    return found
