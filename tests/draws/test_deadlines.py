"""Nothing that takes long holds up the deadline of a reply."""

from __future__ import annotations

import time
from datetime import timedelta

import psutil
import pytest
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.core.jobs import defer, defer_batch
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from tests import slow_tasks
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.worker import program, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.usefixtures("no_quiet_hours"),
]
SLOW = 42  # in all, of each queue as many
SLOW_TASKS = (slow_tasks.heavy.name, slow_tasks.message.name, slow_tasks.plain.name)


@pytest.mark.shows("DRAW-15")
def test_a_deadline_of_a_second_fires_within_two_beside_forty_slow_jobs() -> None:
    now = timezone.now()
    for _ in range(8):
        make_expert(created_at=now)
    draw = make_draw(now=now, seats=3)
    for name in SLOW_TASKS:
        defer_batch(name, [{"number": n} for n in range(SLOW // len(SLOW_TASKS))])
    waits = []
    slow = ProcrastinateJob.objects.filter(task_name__startswith="tests.slow.")
    with program("worker", DJANGO_SETTINGS_MODULE="tests.slow_settings") as workers:
        begun = slow.filter(status="doing")
        wait_for(
            lambda: begun.values("queue_name").distinct().count() == len(SLOW_TASKS), seconds=60
        )
        ready = defer("draws.release_names", draw_id=draw.pk)  # too early: does nothing
        wait_for(lambda: ProcrastinateJob.objects.get(pk=ready).status == "succeeded", seconds=60)
        for invitation in Invitation.objects.filter(draw=draw):
            asked = timezone.now()
            deadline = asked + timedelta(seconds=1)
            written_otherwise(invitation, deadline_at=deadline)
            defer("draws.expire_invitation", at=deadline, invitation_id=invitation.pk)
            wait_for(lambda row=invitation: is_over(row), seconds=10)
            waits.append((timezone.now() - asked).total_seconds())
        assert slow.filter(status="todo").exists()  # they were in the way to the end
        # Where processors are short, what may be held up stands back.
        nice = nice_of(workers.pid)
        assert nice["others"] > nice["deadlines"]
    # The median: one of three may meet a machine that does something else. Where a deadline waits for what
    # is slow, each of the three does, for 5 to 7 seconds (docs/decisions/0040).
    assert sorted(waits)[1] <= 2, waits


def nice_of(pid: int) -> dict[str, int]:
    """Return how far each worker process of the program stands back, by its name."""
    processes = psutil.Process(pid).children(recursive=True)
    named = {one.cmdline()[-1]: one.nice() for one in processes if one.cmdline()}
    return {name: named[name] for name in settings.WORKERS}


def is_over(invitation: Invitation) -> bool:
    time.sleep(0.02)
    row = Invitation.objects.get(pk=invitation.pk)
    return row.state == InvitationState.NO_ANSWER
