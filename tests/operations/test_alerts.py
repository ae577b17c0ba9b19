"""Alerts: told once, again after hours, and when it is well; acknowledged by somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.health import CHECKS, Check, Finding, Health
from expertpool.core.home import todos_for
from expertpool.notifications.models import Message
from expertpool.operations.exceptions import AlertRefused
from expertpool.operations.models import Alert
from expertpool.operations.services.alerts import acknowledge, watch
from expertpool.operations.settings import AGAIN, LEVEL, RECEIVERS, ROBOT, ROBOT_URL, WAYS
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
START = timezone.now()


@dataclass
class Machine:
    """A system with one check, whose minutes pass one by one."""

    state: Health = Health.OK
    now: datetime = field(default_factory=lambda: START)

    def find(self, _now: datetime) -> Finding:
        return Finding(self.state, f"磁盘{self.state.label}。", "剩余 1 GB", "请清理磁盘。")

    def run(self, minutes: float, state: Health | None = None) -> None:
        self.state = state or self.state
        for _ in range(int(minutes)):
            self.now += timedelta(minutes=1)
            watch(now=self.now)


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    check = Check("disk", "磁盘", CHECKS["disk"].group, made.find)
    with CHECKS.holding(check, alone=True):
        yield made


def told(channel: str = "site") -> list[str]:
    rows = Message.objects.filter(occasion="operations.alert", channel=channel)
    return [message.subject for message in rows.order_by("pk")]


@pytest.mark.shows("SYS-01")
def test_it_is_told_once_and_when_it_is_well(machine: Machine, admin: User) -> None:
    machine.run(3)
    assert told() == []
    machine.run(60, Health.FAILED)
    assert told() == ["运行报警：磁盘"]
    body = Message.objects.get(channel="site").body
    assert "【故障】磁盘：磁盘故障。（剩余 1 GB）处理：请清理磁盘。" in body
    assert "请登录后在「系统管理 → 运行状况」查看" in body
    machine.run(10, Health.OK)
    assert told() == ["运行报警：磁盘", "运行报警：磁盘恢复正常"]
    assert "1 小时后恢复正常" in Message.objects.filter(channel="site").latest("pk").body
    machine.run(10)
    assert len(told()) == 2
    assert Alert.objects.get().ended_at


def test_a_moment_is_told_to_nobody_and_flapping_is_one_trouble(
    machine: Machine, admin: User
) -> None:
    machine.run(1, Health.FAILED)
    machine.run(1, Health.OK)
    assert not Alert.objects.exists()
    machine.run(2, Health.FAILED)
    for _ in range(5):
        machine.run(3, Health.OK)
        machine.run(2, Health.FAILED)
    assert told() == ["运行报警：磁盘"]
    assert Alert.objects.count() == 1


def test_it_is_told_again_after_hours_until_somebody_takes_care(
    machine: Machine, admin: User
) -> None:
    configure(AGAIN, timedelta(hours=1))
    machine.run(2, Health.WARNING)
    machine.run(59)
    assert len(told()) == 1
    machine.run(1)
    assert len(told()) == 2
    acknowledge(alert_id=Alert.objects.get().pk, note="已派人", actor=admin, now=machine.now)
    machine.run(130)
    assert len(told()) == 2
    # What he has acknowledged was less.
    machine.run(2, Health.FAILED)
    assert len(told()) == 3
    assert Alert.objects.get().acknowledged_by is None


def test_who_is_told_and_by_what(machine: Machine, admin: User, auditor: User) -> None:
    other = make_user("operator", username="zhang", phone="13911110009", email="z@example.cn")
    configure(RECEIVERS, ("zhang", "gone"))
    configure(WAYS, ("email", "sms"))
    machine.run(2, Health.FAILED)
    rows = Message.objects.filter(occasion="operations.alert")
    assert {(row.channel, row.recipient) for row in rows} == {
        (channel, other.name) for channel in ("site", "email", "sms")
    }
    configure(RECEIVERS, ())
    configure(WAYS, ())
    machine.run(10, Health.OK)
    last = Message.objects.filter(occasion="operations.alert").latest("pk")
    assert (last.channel, last.recipient) == ("site", admin.name)


def test_only_faults_where_the_office_wants_it_so(machine: Machine, admin: User) -> None:
    configure(LEVEL, "failed")
    machine.run(5, Health.WARNING)
    assert told() == []
    machine.run(2, Health.FAILED)
    assert told() == ["运行报警：磁盘"]


def test_a_check_that_is_no_more_leaves_no_alert(machine: Machine, admin: User) -> None:
    machine.run(2, Health.FAILED)
    with CHECKS.holding(alone=True):
        watch(now=machine.now)
    assert not Alert.objects.exists()


def test_the_robot_is_told_by_a_job(machine: Machine, admin: User) -> None:
    machine.run(2, Health.FAILED)
    jobs = ProcrastinateJob.objects.filter(task_name="operations.tell_robot")
    assert not jobs.exists()
    configure(ROBOT, "wecom")
    configure(ROBOT_URL, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k")
    machine.run(10, Health.OK)
    assert jobs.get().args == {"alert_ids": [Alert.objects.get().pk]}


@pytest.mark.shows("SYS-01")
def test_somebody_acknowledges_it_on_the_page(
    client: Client, machine: Machine, admin: User, auditor: User
) -> None:
    machine.run(2, Health.FAILED)
    alert = Alert.objects.get()
    address = f"/operations/alerts/{alert.pk}/acknowledge/"
    (todo,) = (one for one in todos_for(admin, now=machine.now) if one.title == "运行报警")
    assert todo.text.startswith("1 项检查不正常")
    login(client, auditor)
    page = client.get("/operations/").content.decode()
    assert "磁盘故障。" in page
    assert address not in page
    assert client.post(address, {"note": ""}).status_code == 403
    login(client, admin)
    assert address in client.get("/operations/").content.decode()
    assert address in client.get("/operations/alerts/").content.decode()
    assert client.post(address, {"note": "已联系机房，下午扩容"}).status_code == 204
    again = client.post(address, {"note": "我也看看"})
    assert again.status_code == 422
    assert re.search(r"已在 20\d\d-\d\d-\d\d \d\d:\d\d 确认", again.content.decode())
    page = client.get("/operations/alerts/").content.decode()
    assert f"{admin.name} " in page
    assert "已联系机房，下午扩容" in page
    entry = Entry.objects.get(action="operations.acknowledge")
    assert (entry.actor_id, entry.note) == (admin.pk, "已联系机房，下午扩容")
    assert not any(one.title == "运行报警" for one in todos_for(admin, now=machine.now))
    machine.run(10, Health.OK)
    assert "已恢复" in client.get("/operations/alerts/?tab=over").content.decode()
    with pytest.raises(AlertRefused, match="恢复正常"):
        acknowledge(alert_id=alert.pk, note="", actor=admin, now=machine.now)


def test_receivers_are_accounts_that_exist(client: Client, admin: User) -> None:
    make_user("operator", username="zhang")
    make_user("operator", username="li", is_active=False)
    field = RECEIVERS.kind.field()
    assert field.clean(" zhang，zhang ") == ("zhang",)
    assert field.clean("") == ()
    with pytest.raises(ValidationError, match="没有这些账号，或已停用：li、王五"):
        field.clean("zhang、li;王五")
    page = login(client, admin).get("/settings/?q=运行报警").content.decode()
    assert "可以处理运行状况的所有人" in page
