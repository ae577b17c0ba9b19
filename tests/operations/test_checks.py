"""What the checks find, and what `/health/` makes of it."""

from __future__ import annotations

import re
import shutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.audit.services.anchors import anchor
from expertpool.audit.services.health import find_chain
from expertpool.core.answering import note_answering
from expertpool.core.health import CHECKS, Check, Finding, Health, look
from expertpool.core.health import program as program_health
from expertpool.core.health.database import find_connections, find_oldest, find_replication
from expertpool.core.health.program import find_answers, find_certificate, find_disk, find_workers
from expertpool.core.health.words import length_text, size_text
from expertpool.core.jobs import DEADLINES, defer
from expertpool.core.sizes import GIGABYTE
from expertpool.draws.occasions import INVITATION
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.base import SendResult, SendStatus
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import Text
from expertpool.notifications.queries.health import find_gateway
from expertpool.notifications.services.breaker import note_health
from expertpool.notifications.services.templates import save_template
from expertpool.operations.enums import JOB_LABELS
from expertpool.operations.queries.checks import find_queues
from expertpool.operations.queries.jobs import queue_states
from expertpool.operations.services.alerts import watch
from tests.factories.siteconfig import configure
from tests.webhooks.receiver import Receiver


def disk_with(free: float, total: float = 500 * GIGABYTE) -> Any:
    return lambda _path: SimpleNamespace(total=total, used=total - free, free=free)


@pytest.mark.django_db
@pytest.mark.shows("SYS-01")
def test_every_part_of_the_system_has_a_check(admin: User) -> None:
    """Also of every channel that leaves the house, whichever come."""
    found = {one.check.code: one.finding for one in look(CHECKS, now=timezone.now())}
    assert found.keys() >= {
        *("database", "connections", "transactions", "replication"),
        *("program", "keys", "workers", "duties", "queues"),
        *("disk", "certificate", "backup", "scanner", "chain", "voice_agent", "returns"),
        *(f"gateway.{one.code}" for one in CHANNELS if one.is_outward),
    }
    assert {"gateway.email", "gateway.sms", "gateway.voice", "gateway.wechat"} <= found.keys()
    assert found["database"].state is Health.OK
    assert found["workers"].state is Health.FAILED  # none runs in a test
    for code, finding in found.items():
        assert finding.sentence.endswith("。"), code
        assert not finding.state.is_bad or finding.mend, code


@pytest.mark.django_db
def test_a_check_that_breaks_stops_no_other(client: Client) -> None:
    def broken(_now: datetime) -> Finding:
        raise ValueError("13911110002")

    def away(_now: datetime) -> Finding:
        raise DatabaseError

    group = CHECKS["disk"].group
    last = Check("z", "其他", group, lambda _now: Finding(Health.OK, "好。"), order=999)
    with CHECKS.holding(
        Check("broken", "坏的", group, broken, order=2, probe="broken"), last, alone=True
    ):
        first, second = look(CHECKS, now=timezone.now())
        assert (first.finding.state, second.finding.state) == (Health.WARNING, Health.OK)
        assert client.get("/health/").json() == {"status": "warning", "broken": "unknown"}
    vital = Check("away", "数据库", group, away, order=1, probe="database", vital=True)
    with CHECKS.holding(vital, last, alone=True):
        assert [one.check.code for one in look(CHECKS, now=timezone.now())] == ["away"]
        answer = client.get("/health/")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "database": "no answer"}


@pytest.mark.django_db
def test_a_full_disk_is_told_to_monitors(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", disk_with(0.4 * GIGABYTE))
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["disk"]) == (200, "full")
    assert answer.json()["status"] == "failed"
    now = timezone.now()
    for free, state in ((100, Health.OK), (15, Health.WARNING), (4, Health.FAILED)):
        monkeypatch.setattr(shutil, "disk_usage", disk_with(free * GIGABYTE))
        assert find_disk(now).state is state, free


@pytest.mark.django_db
@pytest.mark.parametrize("full", ["数据目录", "数据库", "备份目录"])
def test_each_disk_on_which_something_is_written_is_looked_at(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    """The database may lie on another disk, behind a link."""
    places = {name: tmp_path / name for name in ("数据目录", "数据库", "备份目录")}
    for place in places.values():
        place.mkdir()
    (places["数据目录"] / "postgres").symlink_to(places["数据库"])
    settings.DATABASE_SERVER = SimpleNamespace(folder=places["数据目录"] / "postgres")
    settings.MEDIA_ROOT, settings.BACKUP_DIR = places["数据目录"] / "files", places["备份目录"]
    stat, devices = Path.stat, {place: number for number, place in enumerate(places.values())}

    def played(path: Path, **given: Any) -> Any:
        if path in devices:
            return SimpleNamespace(st_dev=devices[path], st_mode=0o40700)
        return stat(path, **given)

    monkeypatch.setattr(Path, "stat", played)
    asked = {place: disk_with(100 * GIGABYTE)(place) for place in devices}
    monkeypatch.setattr(shutil, "disk_usage", asked.__getitem__)
    assert find_disk(timezone.now()).sentence == "数据目录所在的磁盘，共 500.0 GB。"
    for free, state, word in ((15, Health.WARNING, "low"), (0.4, Health.FAILED, "full")):
        asked[places[full]] = disk_with(free * GIGABYTE)(None)
        found = find_disk(timezone.now())
        assert (found.state, found.sentence.startswith(f"{full}所在的磁盘")) == (state, True)
        assert client.get("/health/").json()["disk"] == word


@pytest.mark.django_db
def test_workers_say_that_they_live() -> None:
    now = timezone.now()

    def beat(count: int, at: datetime) -> None:
        with connection.cursor() as cursor:
            for _ in range(count):
                cursor.execute(
                    "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [at]
                )

    beat(9, now - timedelta(minutes=5))
    assert find_workers(now).state is Health.FAILED
    beat(1, now)
    assert find_workers(now).state is Health.WARNING
    beat(4, now)
    assert find_workers(now).state is Health.OK


@pytest.mark.django_db
def test_pages_that_nobody_answers_are_told(admin: User) -> None:
    """By the worker, to whoever receives alerts: nobody sees a page."""
    now = timezone.now()
    assert find_answers(now).state is Health.OK  # none was ever noted
    note_answering(now=now)
    later = now + timedelta(minutes=4)
    with CHECKS.holding(CHECKS["answers"], alone=True):
        for minute in range(2):
            watch(now=later + timedelta(minutes=minute))
    message = Message.objects.get(occasion="operations.alert", channel="site")
    assert message.subject == "运行报警：网页服务"
    assert "几分钟来没有一个网页服务进程答复" in message.body
    note_answering(now=later)
    assert find_answers(later).state is Health.OK


@pytest.mark.django_db
def test_what_waits_in_a_queue_and_how_long(admin: User) -> None:
    now = timezone.now()
    assert find_queues(now).state is Health.OK
    defer("audit.anchor", timestamp=1)
    defer("draws.sweep", at=now + timedelta(days=3), timestamp=1)
    (state,) = (one for one in queue_states(now=now) if one.code == DEADLINES)
    assert (state.due, state.later, state.doing) == (1, 1, 0)
    assert find_queues(now).state is Health.OK
    later = find_queues(now + timedelta(minutes=3))
    assert (later.state, later.figure) == (Health.WARNING, "1 个等待，0 个在做")
    assert "「限时任务」有任务已经等了 3 分钟" in later.sentence
    assert find_queues(now + timedelta(minutes=6)).state is Health.FAILED
    # What waits for its time does not wait for a place; what has begun waits no more.
    ProcrastinateJob.objects.filter(task_name="audit.anchor").update(status="doing")
    assert find_queues(now + timedelta(days=2)).state is Health.OK
    assert find_queues(now + timedelta(days=4)).state is Health.FAILED


def test_every_job_has_words() -> None:
    # Other tests may have registered jobs of their own in this process.
    names = {name for name in app.tasks if not name.startswith(("builtin:", "tests."))}
    assert {name for name in names if ".remove_" not in name} == JOB_LABELS.keys()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_does_not_end_is_found() -> None:
    """The statements of others are hidden from the application, and with them their times."""
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        defer("audit.anchor", timestamp=1)
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_events SET at = %s", [now - timedelta(hours=1)])
        # Noted after it began: it says nothing of it.
        assert find_oldest(now).state is Health.OK
    finally:
        other.rollback()
        other.close()
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        assert find_oldest(now).state is Health.WARNING
        assert find_oldest(now + timedelta(hours=6)).state is Health.FAILED
    finally:
        other.rollback()
        other.close()
    assert find_oldest(now).state is Health.OK


@pytest.mark.django_db
def test_connections_and_standbys(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    rows: list[Any] = []
    monkeypatch.setattr("expertpool.core.health.database._row", lambda _sql: rows[-1])
    for used, state in ((79, Health.OK), (80, Health.WARNING), (95, Health.FAILED)):
        rows.append((used, 100))
        assert find_connections(now).state is state
    for row, state in {
        (0, None, False, False): Health.OFF,
        (0, None, True, False): Health.FAILED,
        (2, None, True, False): Health.OK,
        (2, 61.0, True, False): Health.WARNING,
        (0, None, False, True): Health.FAILED,
    }.items():
        rows.append(row)
        assert find_replication(now).state is state, row


@pytest.mark.shows("SYS-01")
@pytest.mark.django_db
def test_a_backup_that_is_being_made_is_no_standby() -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        # In place of PostgreSQL's own view of whom it sends to: temporary names come first.
        cursor.execute(
            "CREATE TEMPORARY TABLE pg_stat_replication (application_name text, replay_lag interval)"
        )
        cursor.execute(
            "INSERT INTO pg_stat_replication SELECT 'pg_basebackup' FROM generate_series(1, 2)"
        )
        cursor.execute("INSERT INTO pg_stat_replication VALUES ('barman_receive_wal')")
        assert find_replication(now).state is Health.OFF
        cursor.execute("INSERT INTO pg_stat_replication VALUES ('walreceiver', '2 seconds')")
        found = find_replication(now)
    assert (found.state, found.sentence, found.figure) == (Health.OK, "落后 2 秒。", "1 个"), found


@pytest.mark.django_db
def test_a_gateway_says_when_it_worked_and_when_not(settings: Settings) -> None:
    settings.DEV_PAGES = True
    channel, now = CHANNELS[ChannelCode.EMAIL], timezone.now()
    assert find_gateway(channel, now).sentence == "没有出现故障。"
    note_health(channel, SendResult(SendStatus.ACCEPTED), now=now)
    for _ in range(2):
        down = SendResult(SendStatus.DOWN, detail="连不上服务器")
        note_health(channel, down, now=now + timedelta(hours=1))
    found = find_gateway(channel, now)
    assert found.state is Health.WARNING
    assert "连续 2 次没有发出" in found.sentence
    assert "连不上服务器" in found.sentence
    at = timezone.localtime(now)
    assert f"最近成功 {at:%m-%d %-H 时}，最近失败" in found.figure
    note_health(channel, down, now=now)
    assert find_gateway(channel, now).state is Health.FAILED
    note_health(channel, SendResult(SendStatus.ACCEPTED), now=now + timedelta(hours=2))
    assert find_gateway(channel, now).state is Health.OK


@pytest.mark.django_db
@pytest.mark.shows("DRAW-20")
def test_a_cloud_that_knows_none_of_our_texts_is_said_to_send_nothing(admin: User) -> None:
    """It said that nothing was amiss while each message failed."""
    configure(sms.PROVIDER, sms.TENCENT)
    channel, now = CHANNELS[ChannelCode.SMS], timezone.now()
    found = find_gateway(channel, now)
    assert found.state is Health.WARNING
    assert "短信一条也发不出" in found.sentence
    assert "「通知模板」" in found.mend
    text = Text("", "请答复：{{答复链接}}", "449739", "{{答复链接}}")
    save_template(occasion=INVITATION.code, channel="sms", text=text, actor=admin, now=now)
    found = find_gateway(channel, now)
    assert found.state is Health.OK
    assert re.fullmatch(
        r"没有出现故障。\d+ 个通知模板没有服务商的模板编号，不从这里发出。", found.sentence
    )
    configure(sms.PROVIDER, sms.GATEWAY)
    assert find_gateway(channel, now).sentence == "没有出现故障。"


@pytest.mark.django_db(transaction=True)
def test_a_chain_that_was_cut_or_is_not_confirmed(admin: User) -> None:
    now = timezone.now()
    record("file.remove", actor=admin, now=now, note="第一条")
    assert find_chain(now).state is Health.OK  # no anchor yet
    made = anchor(now=now)
    assert made is not None
    assert find_chain(now).state is Health.OK
    record("file.remove", actor=admin, now=now, note="第二条")
    assert find_chain(now).state is Health.OK
    assert find_chain(now + timedelta(minutes=11)).state is Health.WARNING
    with connection.cursor() as cursor:  # as whoever owns the tables can
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE audit_chainhead SET number = 0")
        cursor.execute("SET session_replication_role = origin")
    assert "被删去了" in find_chain(now).sentence


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_entry_that_was_taken_out_is_missed(admin: User, number: int) -> None:
    now = timezone.now()
    for at in range(3):
        record("file.remove", actor=admin, now=now, note=f"第 {at} 条")
    anchor(now=now)
    record("file.remove", actor=admin, now=now, note="最后一条")
    assert find_chain(now).state is Health.OK
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM audit_entry WHERE chain_no = %s", [number])
        cursor.execute("SET session_replication_role = origin")
    found = find_chain(now)
    assert found.state is Health.FAILED
    assert "日志少了 1 条" in found.sentence


@pytest.fixture
def served(tmp_path: Path, settings: Settings) -> Iterator[Any]:
    """A server with a certificate that ends in so many days."""
    running: list[Receiver] = []

    def serve(days: float) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=90))
            .not_valid_after(now + timedelta(days=days))
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        receiver = Receiver(tls=context).__enter__()
        running.append(receiver)
        settings.SITE_URL = f"https://127.0.0.1:{receiver.port}"

    yield serve
    for receiver in running:
        receiver.__exit__(None, None, None)


def test_a_certificate_that_ends_soon(served: Any, settings: Settings) -> None:
    now = timezone.now()
    settings.SITE_URL = "http://pool.example.cn"
    assert find_certificate(now).state is Health.OFF
    for days, state in ((60, Health.OK), (15, Health.WARNING), (5, Health.FAILED)):
        served(days)
        found = find_certificate(now)
        assert found.state is state
        assert found.figure.endswith("到期")
    assert "已经过期" in find_certificate(now + timedelta(days=6)).sentence
    settings.SITE_URL = "https://127.0.0.1:1"
    program_health._certificate_end.cache_clear()
    assert find_certificate(now).state is Health.WARNING


def test_sizes_and_lengths_in_words() -> None:
    assert [size_text(n) for n in (512, 20 * 1024, 1.5 * GIGABYTE)] == [
        "512 字节",
        "20 KB",
        "1.5 GB",
    ]
    lengths = (0, 59, 61, 3 * 86_400 + 4 * 3600 + 60, 86_400)
    assert [length_text(timedelta(seconds=n)) for n in lengths] == [
        *("0 秒", "59 秒", "1 分钟 1 秒", "3 天 4 小时", "1 天"),
    ]
