"""What the database can: each thing that the product lives by is tried, in a transaction that is taken back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from config.database import WEB_THREADS
from config.environment import env_int, env_str, web_process_count
from config.postgres import DatabaseUnavailableError, EmbeddedServer, our_names
from config.schema import check_schema, steps_ahead
from expertpool.core.health import Check, CheckGroup, Finding, Health
from expertpool.core.health.database import find_database
from expertpool.core.health.program import find_keys
from expertpool.core.health.words import length_text

DATABASE = CheckGroup("database", "数据库", 30)
LEAST_VERSION = 15
# For `migrate`, backups, and whoever looks after the server.
RESERVED = 10
SMALL_DRIFT, DRIFT = timedelta(seconds=2), timedelta(seconds=30)
LISTEN, LISTENS_SECONDS = "LISTEN expertpool_check", 3
# Each of these is said to be on by default, and by somebody in a hurry switched off.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")

EXCLUSION = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TEMPORARY TABLE tried_exclusion (who int, span tstzrange, EXCLUDE USING gist (who WITH =, span WITH &&));
INSERT INTO tried_exclusion VALUES (1, '[2026-11-01,2026-11-03)');
INSERT INTO tried_exclusion VALUES (1, '[2026-11-02,2026-11-04)')
"""
DEFERRED = """
CREATE TEMPORARY TABLE tried_deferred (id int);
CREATE FUNCTION pg_temp.tried() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'deferred' USING ERRCODE = 'check_violation'; END $$;
CREATE CONSTRAINT TRIGGER tried AFTER INSERT ON tried_deferred DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.tried();
INSERT INTO tried_deferred VALUES (1)
"""
TRIGRAMS = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
CHINESE = "SELECT similarity('评审专家', '评审专家库') > 0.3"
QUEUE = """
CREATE TEMPORARY TABLE tried_queue (id int);
INSERT INTO tried_queue VALUES (1);
SELECT id FROM tried_queue FOR UPDATE SKIP LOCKED
"""


def unreachable(error: DatabaseUnavailableError) -> Check:
    mend = "请核对 DATABASE_URL 的地址、账号和密码，以及数据库是否在运行。"
    finding = Finding(Health.FAILED, f"连不上：{error}", mend=mend)
    return Check("reached", "数据库", DATABASE, lambda _now: finding)


def to_be_made(server: EmbeddedServer) -> Check:
    """Whether the embedded database can be made at the first start; its programs are what is needed."""

    def find(_now: datetime) -> Finding:
        try:
            return Finding(
                Health.OK, "第一次启动时建立内置数据库。", f"PostgreSQL {server.version()}"
            )
        except DatabaseUnavailableError as error:
            return Finding(Health.FAILED, str(error))

    return Check("embedded", "数据库", DATABASE, find)


@contextmanager
def _taken_back() -> Iterator[CursorWrapper]:
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            yield cursor
        finally:
            transaction.set_rollback(True)


def find_reached(now: datetime) -> Finding:
    try:
        connection.ensure_connection()
    except Error as error:
        return unreachable(DatabaseUnavailableError(str(error).strip())).find(now)
    return find_database(now)


def find_version(_now: datetime) -> Finding:
    number = connection.cursor().connection.info.server_version // 10_000
    figure = f"PostgreSQL {number}"
    if number < LEAST_VERSION:
        mend = f"请升级到 PostgreSQL {LEAST_VERSION} 以上。"
        return Finding(Health.FAILED, "版本太旧。", figure, mend)
    if (encoding := _one("SHOW server_encoding")) != "UTF8":
        mend = "请用 createdb -E UTF8 -T template0 新建数据库。"
        return Finding(Health.FAILED, "字符编码不是 UTF8，存不了生僻字。", str(encoding), mend)
    return Finding(Health.OK, "版本和字符编码合适。", figure)


def find_exclusion(_now: datetime) -> Finding:
    """No expert is held twice at one time: by an exclusion constraint."""
    return _tried(
        lambda cursor: cursor.execute(EXCLUSION),
        refusal=psycopg.errors.ExclusionViolation,
        well="排除约束有效，同一人同一时间不会被占用两次。",
        bad="排除约束（btree_gist）不可用。",
        mend="请安装 PostgreSQL 的 contrib 包，并由数据库管理员在这个库里运行 CREATE EXTENSION btree_gist。",
    )


def find_deferred(_now: datetime) -> Finding:
    """Sums and chains are checked when a transaction ends."""

    def attempt(cursor: CursorWrapper) -> None:
        cursor.execute(DEFERRED)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return _tried(
        attempt,
        refusal=psycopg.errors.CheckViolation,
        well="延迟触发器有效。",
        bad="延迟触发器不可用。",
        mend="请给所有者账号在这个库里建表、建函数和使用临时表的权限。",
    )


def find_search(_now: datetime) -> Finding:
    """With LC_CTYPE=C the words of pg_trgm have no Chinese letters: searches find nothing, slowly."""
    try:
        with _taken_back() as cursor:
            cursor.execute(TRIGRAMS)
            cursor.execute(CHINESE)
            sees = cursor.fetchone()[0]
    except Error as error:
        mend = "请安装 PostgreSQL 的 contrib 包，并由数据库管理员在这个库里运行 CREATE EXTENSION pg_trgm。"
        return Finding(Health.FAILED, "pg_trgm 不可用。", _said(error), mend)
    if not sees:
        mend = "请用 createdb -E UTF8 --lc-ctype=C.UTF-8 -T template0（或 zh_CN.UTF-8）新建数据库，再把数据导进去。"
        return Finding(Health.FAILED, "按姓名和单位查找认不出中文（LC_CTYPE）。", mend=mend)
    return Finding(Health.OK, "能按中文查找。")


def find_queue(_now: datetime) -> Finding:
    return _tried(
        lambda cursor: cursor.execute(QUEUE),
        well="后台任务的队列可用（SKIP LOCKED）。",
        bad="后台任务的队列不可用（SKIP LOCKED）。",
        mend="请连接原版 PostgreSQL；改写过的数据库产品不保证可用。",
    )


def find_listening(_now: datetime) -> Finding:
    """A worker is woken by NOTIFY; a pooler that gives each transaction another session loses it."""
    mend = "请直接连接 PostgreSQL，或把 pgbouncer 设为 pool_mode=session。"
    listener, caller = (connection.copy() for _ in range(2))
    try:
        with listener.cursor() as cursor:
            cursor.execute(LISTEN)
            # Another statement in between may be given another session.
            cursor.execute("SELECT 1")
            heard = listener.connection.notifies(timeout=LISTENS_SECONDS, stop_after=1)
            with caller.cursor() as calling:
                calling.execute("NOTIFY expertpool_check")
            if list(heard):
                return Finding(Health.OK, "新任务能及时叫醒后台任务（LISTEN）。")
    except Error as error:
        return Finding(Health.FAILED, "不能监听（LISTEN）。", _said(error), mend)
    finally:
        listener.close()
        caller.close()
    return Finding(Health.FAILED, "监听不到通知（LISTEN），限时任务会迟到。", mend=mend)


def find_roles(_now: datetime) -> Finding:
    """The role of pages and jobs owns nothing: then no hole in a page lets anybody alter a table."""
    name = settings.DATABASE_APPLICATION
    role = _row("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s", name)
    mend = "请另建一个普通账号写进 DATABASE_URL，所有者账号写进 DATABASE_OWNER_URL（docs/howto/run.md）。"
    if role is None:
        return Finding(Health.FAILED, f"数据库里没有账号 {name}。", mend=mend)
    if any(role):
        return Finding(Health.FAILED, f"账号 {name} 是数据库的超级用户或能建账号。", mend=mend)
    if env_str("DATABASE_URL") and not env_str("DATABASE_OWNER_URL"):
        return Finding(Health.WARNING, f"账号 {name} 拥有全部的表，可以修改留痕的保护。", mend=mend)
    return Finding(Health.OK, f"网页和任务用普通账号 {name}。")


def find_line(_now: datetime) -> Finding:
    """What goes to another machine in clear can be read on the way."""
    if not env_str("DATABASE_URL") and not our_names():
        mend = "请在容器里给这个编号起名（写入 /etc/passwd），或用有名称的系统用户运行。"
        sentence = "运行本系统的用户编号没有名称，数据库认不出是谁在连接，只靠目录权限防护。"
        return Finding(Health.WARNING, sentence, str(os.geteuid()), mend)
    address = urlsplit(env_str("DATABASE_URL"))
    name = connection.get_connection_params().get("host") or address.hostname or ""
    if name.startswith("/") or name in ("", "localhost", "127.0.0.1", "::1"):
        return Finding(Health.OK, "数据库在本机。")
    if not _one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"):
        mend = (
            "请在数据库上启用 ssl，并在 DATABASE_URL 后加 ?sslmode=verify-full&sslrootcert=CA文件。"
        )
        return Finding(Health.WARNING, "到数据库的连接没有加密。", name, mend)
    return Finding(Health.OK, "到数据库的连接已加密。", name)


def find_connections(_now: datetime) -> Finding:
    most = int(_one("SHOW max_connections")) - int(_one("SHOW superuser_reserved_connections"))
    pages = web_process_count() * env_int("WEB_THREADS", default=WEB_THREADS)
    jobs = [count for queues in settings.WORKERS.values() for count in queues.values()]
    # A job's thread has one, each queue listens with one and looks after its jobs with another.
    wanted = pages + sum(jobs) + 2 * len(jobs) + RESERVED
    figure = f"需要 {wanted}，最多 {most}"
    if most < wanted:
        mend = "请调高 max_connections，或减少 WEB_PROCESSES、WEB_THREADS；几台机器时按台数相加。"
        return Finding(Health.FAILED, "连接不够用，忙时会出错。", figure, mend)
    return Finding(Health.OK, "连接够用。", figure)


def find_durable(_now: datetime) -> Finding:
    if off := [name for name in DURABLE if _one(f"SHOW {name}") == "off"]:
        mend = f"请在 postgresql.conf 里把 {'、'.join(off)} 设为 on。"
        return Finding(Health.FAILED, "断电会丢失已确认的数据。", "、".join(off), mend)
    return Finding(Health.OK, "已确认的数据断电不丢。")


def find_drift(_now: datetime) -> Finding:
    drift = abs(_one("SELECT clock_timestamp()") - timezone.now())
    mend = "请让两台机器与同一个时间服务器同步。"
    if drift < SMALL_DRIFT:
        return Finding(Health.OK, "与本机的时间一致。")
    state = Health.FAILED if drift > DRIFT else Health.WARNING
    return Finding(state, "与本机的时间不一致。", f"相差 {length_text(drift)}", mend)


def find_schema(_now: datetime) -> Finding:
    try:
        check_schema(migrates=True)
    except ImproperlyConfigured as error:
        return Finding(Health.FAILED, str(error))
    if steps := steps_ahead():
        mend = "expertpool run 启动时会自动升级；分开部署的，请先运行 expertpool migrate。"
        return Finding(Health.WARNING, "结构还没有建立，或不是最新。", f"还有 {steps} 步", mend)
    return Finding(Health.OK, "结构是这个版本的。")


def find_data_keys(now: datetime) -> Finding:
    return find_keys(now) if not steps_ahead() else Finding(Health.OFF, "升级时核对。")


def find_demonstration(_now: datetime) -> Finding:
    """Whose password is printed in the documentation must not sign in anywhere in earnest."""
    if steps_ahead() or settings.TRIAL:
        return Finding(Health.OFF, "试用方式不查。" if settings.TRIAL else "升级后再查。")
    from expertpool.accounts.models import User  # noqa: PLC0415 - needs the apps
    from expertpool.accounts.services.demo import DEMO_ACCOUNTS, DEMO_PASSWORD  # noqa: PLC0415

    names = [account.username for account in DEMO_ACCOUNTS]
    known = User.objects.filter(is_active=True, username__in=names)
    if open_ones := [user.username for user in known if user.check_password(DEMO_PASSWORD)]:
        mend = "请停用这些账号，或更换密码；正式使用请从空的数据库开始。"
        return Finding(
            Health.FAILED, f"演示账号 {'、'.join(open_ones)} 还是公开的密码。", mend=mend
        )
    return Finding(Health.OK, "没有用公开密码的演示账号。")


def _tried(
    attempt: Callable[[CursorWrapper], Any],
    *,
    well: str,
    bad: str,
    mend: str,
    refusal: type[Exception] | None = None,
) -> Finding:
    """Try it; it works where it does nothing bad, and where it refuses what it has to (``refusal``)."""
    try:
        with _taken_back() as cursor:
            attempt(cursor)
    except Error as error:
        if refusal and isinstance(error.__cause__, refusal):
            return Finding(Health.OK, well)
        return Finding(Health.FAILED, bad, _said(error), mend)
    return Finding(Health.FAILED, bad, mend=mend) if refusal else Finding(Health.OK, well)


def _said(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _row(sql: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _one(sql: str) -> Any:
    return _row(sql)[0]


CHECKS = (
    Check("reached", "数据库", DATABASE, find_reached, vital=True),
    Check("version", "版本", DATABASE, find_version, vital=True),
    Check("exclusion", "排除约束", DATABASE, find_exclusion),
    Check("deferred", "延迟触发器", DATABASE, find_deferred),
    Check("search", "中文查找", DATABASE, find_search),
    Check("queue", "任务队列", DATABASE, find_queue),
    Check("listening", "任务通知", DATABASE, find_listening),
    Check("roles", "数据库账号", DATABASE, find_roles),
    Check("line", "数据库连接", DATABASE, find_line),
    Check("connections", "连接数", DATABASE, find_connections),
    Check("durable", "断电安全", DATABASE, find_durable),
    Check("drift", "数据库时钟", DATABASE, find_drift),
    Check("schema", "数据库结构", DATABASE, find_schema),
    Check("data_keys", "数据的密钥", DATABASE, find_data_keys),
    Check("demonstration", "演示账号", DATABASE, find_demonstration),
)
