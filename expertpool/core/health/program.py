"""Checks of the programs and of the machine that they run on."""

from __future__ import annotations

import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from expertpool.core import answering, duties
from expertpool.core.health.catalogue import Check, CheckGroup, Finding, Health
from expertpool.core.health.words import length_text, size_text
from expertpool.core.rekeying import lacks_keys, noted_shut
from expertpool.core.sizes import GIGABYTE

PROGRAM = CheckGroup("program", "程序", 10)
SERVER = CheckGroup("server", "服务器", 30)

STARTED = timezone.now()
# A worker says so every ten seconds.
BEATS = timedelta(minutes=1)
# Free room of a disk: below both it is time to look, below one nothing can be trusted to be stored.
LITTLE_SHARE, LITTLE = 0.10, 20 * GIGABYTE
NONE_SHARE, NONE_LEFT = 0.02, GIGABYTE
# Of a certificate: renewed by a program a month ahead, by hand in days.
SOON, VERY_SOON = timedelta(days=21), timedelta(days=7)
PATIENCE = 3  # seconds for our own address
KEPT = 600  # seconds that an answer of it counts


def program_version() -> str:
    return version("expertpool")


def find_program(now: datetime) -> Finding:
    figure = f"版本 {program_version()}"
    return Finding(Health.OK, f"网页服务已连续运行 {length_text(now - STARTED)}。", figure)


def find_keys(_now: datetime) -> Finding:
    if lacks_keys():
        return Finding(
            Health.FAILED,
            "密钥已经更换，这个进程还在用原来的。",
            mend="请重新启动网页服务和后台任务。",
            word="restart",
        )
    return Finding(Health.OK, "与数据库中的数据一致。")


def find_shut(_now: datetime) -> Finding:
    """By what was counted last night."""
    if shut := noted_shut():
        mend = (
            "有人直接改了数据库：用 expertpool rotate-keys --check 查出是哪些，对照操作留痕和备份。"
        )
        return Finding(Health.FAILED, "有的信息无法解密。", f"{shut} 处", mend, str(shut))
    return Finding(Health.OK, "都能解密。")


def find_workers(now: datetime) -> Finding:
    wanted = sum(len(queues) for queues in settings.WORKERS.values())
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - BEATS).count()
    figure = f"{alive} 个"
    mend = "请在服务器上查看 expertpool run（或 expertpool worker）是否在运行，以及它的日志。"
    if not alive:
        return Finding(Health.FAILED, "没有后台任务在运行：限时任务、通知都停着。", figure, mend)
    if alive < wanted:
        sentence = f"应有 {wanted} 个，只有 {alive} 个在运行。"
        return Finding(Health.WARNING, sentence, figure, mend)
    return Finding(Health.OK, "都在运行。", figure)


def find_answers(now: datetime) -> Finding:
    """Whoever looks at this page sees that one process answers; the alarms are told by a worker."""
    if answering.is_answering(now=now):
        return Finding(Health.OK, "有答复。")
    last = answering.last_answering()
    return Finding(
        Health.FAILED,
        "打不开网页：几分钟来没有一个网页服务进程答复。其间不计算抽取的答复时限。",
        f"{timezone.localtime(last):%m-%d %H:%M} 起" if last else "",
        "请在服务器上查看 expertpool run（或 expertpool serve）是否在运行，以及它的日志；进程还在而没有答复的，请重新启动。",
    )


def find_duties(now: datetime) -> Finding:
    late = duties.late_duties(now=now)
    if late:
        return Finding(
            Health.FAILED,
            "每分钟的定时任务没有按时运行。",
            f"{len(late)} 项",
            "请查看后台任务是否在运行、是否繁忙；反复出现，请核对谁能连接数据库。",
            "late",
        )
    return Finding(Health.OK, "按时运行。")


def find_disk(_now: datetime) -> Finding:
    """Of the disks on which something is written, how the worst of them is."""
    found = [_find_disk(what, folder) for what, folder in _written()]
    return next(
        (one for state in (Health.FAILED, Health.WARNING) for one in found if one.state is state),
        found[0],
    )


def _written() -> Iterator[tuple[str, Path]]:
    """Yield what is written where, each disk once."""
    places = [("数据目录", Path(settings.MEDIA_ROOT))]
    if server := settings.DATABASE_SERVER:  # its folder may be a link to another disk
        places += [("数据库", server.folder), ("备份目录", settings.BACKUP_DIR)]
    seen = set()
    for what, folder in places:
        there = _existing(folder.resolve())
        if (device := there.stat().st_dev) not in seen:
            seen.add(device)
            yield what, there


def _find_disk(what: str, folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    figure = f"剩余 {size_text(usage.free)}（{share:.0%}）"
    mend = "请清理或扩大磁盘：先移走旧的备份和日志，不要删除数据目录里的文件。"
    if usage.free < NONE_LEFT or share < NONE_SHARE:
        sentence = f"{what}所在的磁盘快满了，随时可能存不下。"
        return Finding(Health.FAILED, sentence, figure, mend, "full")
    if usage.free < LITTLE and share < LITTLE_SHARE:
        return Finding(Health.WARNING, f"{what}所在的磁盘空间不多了。", figure, mend, "low")
    return Finding(Health.OK, f"{what}所在的磁盘，共 {size_text(usage.total)}。", figure)


def _existing(folder: Path) -> Path:
    """The folder itself comes with the first file."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def find_certificate(now: datetime) -> Finding:
    address = urlsplit(settings.SITE_URL)
    if address.scheme != "https" or not address.hostname:
        return Finding(Health.OFF, "访问地址没有使用 HTTPS。")
    ends = _certificate_end(address.hostname, address.port or 443, int(time.time() // KEPT))
    if ends is None:
        return Finding(
            Health.WARNING,
            f"从本机连不上 {address.netloc}，看不到证书。",
            mend="请核对 SITE_URL、反向代理和域名解析；本机确实不能访问该地址的，可以不理会。",
        )
    left = ends - now
    figure = f"{timezone.localtime(ends):%Y-%m-%d} 到期"
    mend = "请续期证书并让反向代理重新加载；自动续期的，请查看它为什么没有成功。"
    if left <= timedelta(0):
        return Finding(Health.FAILED, "证书已经过期，浏览器会拒绝访问。", figure, mend)
    if left < SOON:
        state = Health.FAILED if left < VERY_SOON else Health.WARNING
        return Finding(state, f"证书还有 {length_text(left)}到期。", figure, mend)
    return Finding(Health.OK, f"证书还有 {left.days} 天到期。", figure)


@cache
def _certificate_end(host: str, port: int, _period: int) -> datetime | None:
    """Return until when the certificate is good that our own address shows; None when nobody answers in
    time. Asked again in the next ``_period``."""
    context = ssl.create_default_context()
    # Who may be trusted is the browsers' business; what is wanted is the day.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=PATIENCE) as opened,
            context.wrap_socket(opened, server_hostname=host) as secured,
        ):
            certificate = secured.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(certificate or b"").not_valid_after_utc
    except (OSError, ValueError):
        return None


CHECKS = (
    Check("program", "应用程序", PROGRAM, find_program, order=10),
    Check("answers", "网页服务", PROGRAM, find_answers, order=15),
    Check("keys", "密钥", PROGRAM, find_keys, order=20, probe="keys", vital=True),
    Check("unreadable", "加密的信息", PROGRAM, find_shut, order=25, probe="unreadable"),
    Check("workers", "后台任务进程", PROGRAM, find_workers, order=30),
    Check("duties", "定时任务", PROGRAM, find_duties, order=40, probe="duties"),
    Check("disk", "磁盘", SERVER, find_disk, order=10, probe="disk"),
    Check("certificate", "HTTPS 证书", SERVER, find_certificate, order=20),
)
