"""Workers that are killed in the middle of a delivery: real processes, a real mail server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import F
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.core.jobs import defer
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import dead_after
from expertpool.notifications.services.sending import Recipient
from tests.notifications.conftest import send
from tests.notifications.mail_server import MailServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

ROOT = Path(__file__).resolve().parents[2]
StartWorker = Callable[..., subprocess.Popen[bytes]]
PATIENCE = 85  # seconds: a minute until stalled jobs are looked for, and a slow start


@pytest.fixture
def start_worker(mail_server: MailServer) -> Iterator[StartWorker]:
    """Start worker processes on the database of this test, of all queues or one of `settings.WORKERS`; whatever still
    runs ends with it."""
    at = connection.settings_dict
    user, password = quote(at["USER"]), quote(at["PASSWORD"])
    url = (
        f"postgres://{user}:{password}@:{at['PORT']}/{at['NAME']}?host={quote(at['HOST'], safe='')}"
    )
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    workers: list[subprocess.Popen[bytes]] = []

    def start(*what: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", *(what or ("procrastinate", "worker"))]
        workers.append(
            subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        )
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.1)


def state_of(message: Message) -> str:
    return Message.objects.values_list("state", flat=True).get(pk=message.pk)


def jobs_of_delivery() -> dict[str, int]:
    counts: dict[str, int] = {}
    for job in ProcrastinateJob.objects.filter(task_name="notifications.deliver_message"):
        counts[job.status] = counts.get(job.status, 0) + 1
    return counts


def let_time_pass(message: Message) -> None:
    """Make the dead worker, and the attempt it made, old enough to be taken for dead."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 min'")
    began = F("sending_at") - dead_after(CHANNELS["email"]) - timedelta(seconds=1)
    Message.objects.filter(pk=message.pk).update(sending_at=began)


@pytest.mark.parametrize(
    ("address", "accepted"),
    [("slow@example.cn", 1), ("mute@example.cn", 2)],
    ids=["killed before the server took it", "killed after the server took it"],
)
def test_a_killed_worker_loses_and_doubles_nothing(
    mail_server: MailServer,
    start_worker: StartWorker,
    address: str,
    accepted: int,
) -> None:
    (message,) = send("email", to=Recipient(None, "王建国", email=address))
    worker = start_worker()
    assert mail_server.hanging.wait(PATIENCE)
    worker.kill()
    worker.wait()
    assert state_of(message) == DeliveryState.SENDING
    assert jobs_of_delivery() == {"doing": 1}

    let_time_pass(message)
    start_worker()
    wait_for(lambda: state_of(message) == DeliveryState.SENT)
    wait_for(lambda: jobs_of_delivery() == {"succeeded": 2})
    message.refresh_from_db()
    assert message.attempts == 2
    assert Message.objects.count() == 1
    assert len(mail_server.seen) == 2
    assert len(mail_server.accepted) == accepted
    assert {mail["Message-ID"] for mail in mail_server.seen} == {message.provider_id}


def test_a_busy_server_is_tried_again_by_a_job_of_its_own(
    mail_server: MailServer, start_worker: StartWorker
) -> None:
    (message,) = send("email", to=Recipient(None, "王建国", email="busy@example.cn"))
    start_worker()
    wait_for(lambda: jobs_of_delivery() == {"succeeded": 1, "todo": 1})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    wait_for(lambda: state_of(message) == DeliveryState.SENT)
    assert len(mail_server.accepted) == 1


def test_sixty_letters_to_a_server_that_hangs_hold_up_no_deadline(
    mail_server: MailServer, start_worker: StartWorker
) -> None:
    for number in range(60):
        send("email", to=Recipient(None, "王建国", email=f"slow@{number}.example.cn"))
    start_worker("work", "others")
    start_worker("work", "deadlines")
    assert mail_server.hanging.wait(PATIENCE)
    job = defer("notifications.forget_waiting", timestamp=0)  # in the queue of deadlines
    deadline = ProcrastinateJob.objects.filter(pk=job)
    asked = time.monotonic()
    wait_for(lambda: deadline.filter(status="succeeded").exists())
    assert time.monotonic() - asked < 30  # 327 seconds, when one worker did all
    assert not mail_server.accepted
