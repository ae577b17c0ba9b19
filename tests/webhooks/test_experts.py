"""What happens to experts reaches subscribers: numbers and states, and nothing before the office may know it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.draws.services.names import release
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import add_to_blacklist, remove_from_blacklist
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.leave import file_leave
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.profile import RecordOrigin, create_expert
from expertpool.experts.services.status import approve_expert, freeze_expert
from expertpool.webhooks import tasks
from expertpool.webhooks.models import Delivery
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.webhooks import make_subscription

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told() -> list[tuple[str, dict[str, Any]]]:
    rows = Delivery.objects.order_by("id")
    return [(row.event, json.loads(row.body)["data"]) for row in rows]


def test_from_the_entry_to_the_blacklist_without_a_name_or_a_reason(admin: User) -> None:
    make_subscription()
    now = timezone.now()
    expert = create_expert(
        values={"kind": "individual", "name": "欧阳建国", "phone": "13900001111"},
        origin=RecordOrigin(status="pending"),
        actor=admin,
        now=now,
    )
    by: dict[str, Any] = {"expert": expert, "actor": admin, "now": now}
    approve_expert(**by)
    add_to_blacklist(reason="泄露评审情况", **by)
    remove_from_blacklist(reason="查明无误", **by)
    freeze_expert(reason="证书核查", **by)
    own = {"expert_id": expert.pk, "expert_number": expert.number, "kind": "individual"}
    assert told() == [
        ("expert.created", own | {"status": "pending"}),
        ("expert.approved", own | {"before": "pending", "status": "formal"}),
        ("expert.status_changed", own | {"before": "formal", "status": "blacklisted"}),
        ("expert.status_changed", own | {"before": "blacklisted", "status": "formal"}),
        ("expert.status_changed", own | {"before": "formal", "status": "frozen"}),
    ]
    sent = "".join(Delivery.objects.values_list("body", flat=True))
    assert not [one for one in ("欧阳", "1390000", "泄露", "查明", "证书") if one in sent]


def test_nothing_is_written_where_nobody_wants_it(admin: User) -> None:
    make_subscription("https://93.184.215.14/", "draw.ended")
    expert = make_expert()
    now = timezone.now()
    freeze_expert(expert=expert, reason="证书核查", actor=admin, now=now)
    file_leave(expert=expert, start=now, end=now + DAY, reason="出国学习", actor=admin, now=now)
    assert told() == []


def test_a_leave_of_the_office_is_told_at_once(admin: User) -> None:
    make_subscription()
    make_draw_sealed()
    now = timezone.now()
    leave = file_leave(
        expert=make_expert(), start=now, end=now + DAY, reason="出国学习", actor=admin, now=now
    )
    ((event, data),) = [one for one in told() if one[0] == "expert.leave"]
    assert event == "expert.leave"
    assert data["leave_id"] == leave.pk
    assert "reason" not in data


def make_draw_sealed() -> Any:
    for _ in range(2):
        make_expert()
    return make_draw(now=timezone.now(), seats=1)


def leave_jobs() -> list[dict[str, Any]]:
    jobs = ProcrastinateJob.objects.filter(task_name="webhooks.tell_leave").order_by("id")
    return [job.args for job in jobs]


def test_his_own_leave_is_told_with_the_names_and_once() -> None:
    make_subscription("https://93.184.215.14/", "expert.leave")
    draw = make_draw_sealed()
    user = make_user("expert")
    expert = make_expert(user=user)
    now = timezone.now()
    leave = file_leave(
        expert=expert, start=now + DAY, end=now + 2 * DAY, reason="陪母亲看病", actor=user, now=now
    )
    assert told() == []
    (job,) = leave_jobs()
    tasks.tell_leave(**job)  # the next morning: names are still sealed
    assert told() == []
    assert leave_jobs() == [job, job]
    release(draw_id=draw.pk, now=draw.reveal_at + timedelta(minutes=1))
    for _ in range(2):
        tasks.tell_leave(**job)
    ((_, data),) = told()
    assert data["leave_id"] == leave.pk
    # Its day, not its minute.
    at = json.loads(Delivery.objects.get().body)["at"]
    assert "T00:00:00" in at


def test_deletion_and_its_end_are_told_and_a_merge_as_the_end_of_the_closed_record(
    admin: User,
) -> None:
    expert, closed = make_expert("王工"), make_expert("王工")
    make_subscription()
    by: dict[str, Any] = {"actor": admin, "now": timezone.now()}
    delete_expert(expert=expert, reason="本人要求", **by)
    restore_expert(expert=expert, **by)
    own = {"expert_id": expert.pk, "expert_number": expert.number, "kind": "individual"}
    moved = "expert.status_changed"
    assert told() == [
        (moved, own | {"before": "formal", "status": "deleted"}),
        (moved, own | {"before": "deleted", "status": "formal"}),
    ]
    merge_experts(
        keep=Expert.objects.get(pk=expert.pk), close=closed, taken=(), reason="重复", **by
    )
    event, data = told()[-1]
    assert (event, data["expert_number"], data["status"]) == (moved, closed.number, "deleted")
    assert "本人要求" not in "".join(Delivery.objects.values_list("body", flat=True))
