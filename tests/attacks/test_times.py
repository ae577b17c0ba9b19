"""Nobody finds out by times and addresses who answered, while names are sealed (docs/decisions/0088).

One who may read the log, the records of sign-ins and the draw lays them beside each other: an expert
signs in at 10:03:12 from somewhere, and fifteen seconds later a line is answered from there.
"""

from __future__ import annotations

import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.queries import login_records_visible_to
from expertpool.audit.models import Entry
from expertpool.core.exporting import export_url
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.prequery import run_prequery
from expertpool.experts.models import Expert
from expertpool.webhooks import tasks as webhook_tasks
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.models import Delivery
from expertpool.webhooks.services.facts import tell
from tests.api.caller import Caller
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.answers import record_answer
from tests.factories.draws import expert_id_of, make_draw, reach
from tests.factories.experts import give_account, make_expert
from tests.factories.webhooks import make_subscription
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (a Tuesday)
SIGNED_IN = timezone.make_aware(datetime(2026, 11, 24, 10, 3, 12))  # noqa: DTZ001
ANSWERED = SIGNED_IN + timedelta(seconds=15)
HOME = "203.0.113.77"
TO_THE_MINUTE = re.compile(r"10:0[34]")


@pytest.fixture
def draw(db: None) -> Draw:
    """Two seats, four in the hat."""
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, seats=2)


@pytest.fixture
def line(draw: Draw) -> Invitation:
    return lines(draw)[0]


@pytest.fixture
def somebody(line: Invitation) -> User:
    """The account of him who sits on it."""
    expert = Expert.objects.get(pk=expert_id_of(line))
    give_account(expert, make_user("expert", name=expert.name, username="who-answers"))
    return expert.user


@pytest.fixture
def answered(somebody: User, line: Invitation, draw: Draw, time_machine: Any) -> Invitation:
    """He signs in at home and declines; the next one is asked in his place."""
    client = Client(REMOTE_ADDR=HOME)
    time_machine.move_to(SIGNED_IN, tick=False)
    client.post(reverse("accounts:login"), {"identifier": somebody.username, "password": PASSWORD})
    time_machine.move_to(ANSWERED, tick=False)
    said = {"answer": "decline", "reason": "其他", "detail": "出差"}
    client.post(reverse("selfservice:review_answer", args=[line.pk]), said)
    line.refresh_from_db()
    assert line.state == "declined"
    reach(draw, now=ANSWERED)
    time_machine.move_to(ANSWERED + timedelta(minutes=20), tick=False)
    return line


def reading(user: User, address: str) -> str:
    return login(Client(), user).get(address).content.decode()


def rows_of_export(user: User, code: str) -> list[tuple[Any, ...]]:
    answer = login(Client(), user).post(export_url(code), follow=True)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def everywhere(draw: Draw) -> list[str]:
    """The pages of a draw that show when something was answered."""
    project = reverse("projects:detail", args=[draw.project_id])
    tabs = [f"{project}?tab={tab}" for tab in ("draw", "experts", "log")]
    own = [reverse(f"draws:{page}", args=[draw.pk]) for page in ("detail", "room")]
    return [*tabs, *own, reverse("draws:verify_draw", args=[draw.public_id])]


def test_the_log_tells_how_many_could_be_drawn_no_sooner_than_the_page(
    draw: Draw, auditor: User
) -> None:
    plan = DrawPlan.objects.get(project=draw.project)
    before = draw.sealed_at - timedelta(minutes=1)
    for action in ("draw.look_ahead", "draw.prequery"):
        run_prequery(plan=plan, actor=draw.operator, now=before, action=action)
    run_prequery(plan=plan, actor=draw.operator, now=draw.sealed_at + timedelta(minutes=1))
    first, _, last = Entry.objects.filter(action__in=("draw.look_ahead", "draw.prequery")).order_by(
        "pk"
    )
    log = reverse("audit:entry_list")
    tab = f"{reverse('projects:detail', args=[draw.project_id])}?tab=log"

    def found() -> list[int]:
        """Where it is told: page of the entry, tab of the project, export."""
        page = login(Client(), auditor).get(f"{log}{first.pk}/").status_code
        rows = rows_of_export(auditor, "audit.entries")
        labels = ("抽取前核对", "预查询")
        return [
            page,
            reading(draw.operator, tab).count("候选人数："),
            sum(r[4] in labels for r in rows),
        ]

    assert found() == [404, 1, 1]  # what was counted since is of no seal
    assert login(Client(), auditor).get(f"{log}{last.pk}/").status_code == 200
    Draw.objects.filter(pk=draw.pk).update(released_at=timezone.now())
    assert found() == [200, 3, 3]


def test_the_log_has_no_address_of_whoever_answered(answered: Invitation) -> None:
    """Nor has a dump of it."""
    assert not Entry.objects.filter(action="draw.reply").exclude(address="").exists()


def test_the_log_tells_of_answers_and_sign_ins_later(
    answered: Invitation, draw: Draw, auditor: User, somebody: User
) -> None:
    listed = reverse("audit:entry_list")
    told = ("邀请答复", "补抽", somebody.name, HOME)
    page = reading(auditor, listed).partition("<tbody")[2]
    assert [word for word in told if word in page] == []
    assert [row for row in rows_of_export(auditor, "audit.entries") if row[4] == "邀请答复"] == []
    entry = Entry.objects.get(action="draw.reply")
    assert login(Client(), auditor).get(f"{listed}{entry.pk}/").status_code == 404
    # A filter by the address is no way round.
    assert "没有符合条件的日志" in reading(auditor, f"{listed}?address={HOME}")

    assert release(draw_id=draw.pk, now=draw.reveal_at)
    page = reading(auditor, listed)
    assert all(word in page for word in told)


def test_the_records_of_sign_ins_leave_experts_out(
    answered: Invitation, draw: Draw, admin: User, somebody: User
) -> None:
    """All experts, whether they sit anywhere or not."""
    listed = reverse("accounts:login_list")
    assert somebody.username not in reading(admin, listed)
    assert somebody.username not in reading(admin, f"{listed}?address={HOME}")
    record = LoginRecord.objects.get(user=somebody)
    assert login(Client(), admin).get(f"{listed}{record.pk}/").status_code == 404
    users = reverse("accounts:user_list")
    assert not TO_THE_MINUTE.search(reading(admin, f"{users}?q={somebody.username}"))

    assert release(draw_id=draw.pk, now=draw.reveal_at)
    assert somebody.username in reading(admin, listed)
    assert "10:03" in reading(admin, f"{users}?q={somebody.username}")


def test_he_sees_his_own_sign_ins(answered: Invitation, somebody: User) -> None:
    assert login_records_visible_to(somebody).count() == 1


def test_pages_tell_the_hour_of_an_answer_and_of_what_followed(
    answered: Invitation, draw: Draw, operator: User, supervisor: User
) -> None:
    for user in (operator, supervisor):
        for address in everywhere(draw):
            found = TO_THE_MINUTE.search(reading(user, address))
            assert not found, (address, found)
    assert "2026-11-24 10 时" in reading(operator, reverse("draws:detail", args=[draw.pk]))
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    assert "2026-11-24 10:03" in reading(operator, reverse("draws:detail", args=[draw.pk]))


def test_pages_do_not_tell_whether_he_signed_in(
    answered: Invitation, draw: Draw, operator: User
) -> None:
    page = reading(operator, reverse("draws:detail", args=[draw.pk]))
    assert "本人答复" in page
    assert "专家端" not in page


def test_the_interface_tells_the_hour(answered: Invitation, draw: Draw, operator: User) -> None:
    caller = Caller(operator, "draws.view")
    told = caller.get(f"/draws/{draw.pk}").json()
    first, supplement = told["lines"][0], told["lines"][-1]
    assert supplement["origin"] == "supplement"
    times = [first["replied_at"], supplement["invited_at"]]
    assert {datetime.fromisoformat(time).minute for time in times} == {0}
    # Until when he may answer says when he was asked.
    assert datetime.fromisoformat(supplement["deadline_at"]).minute == 0
    assert first["deadline_at"] is None
    assert {line["reached_at"] for line in told["lines"]} == {None}
    assert first["replied_via"] == "own"


def test_the_end_of_a_draw_tells_the_hour(answered: Invitation, draw: Draw, operator: User) -> None:
    """The last answer ends it."""
    Draw.objects.filter(pk=draw.pk).update(status="unsatisfied", ended_at=ANSWERED)
    told = Caller(operator, "draws.view").get(f"/draws/{draw.pk}").json()
    assert datetime.fromisoformat(told["ended_at"]).minute == 0
    assert rows_of_export(operator, "draws.draws")[1][-3] == "2026-11-24 10 时"
    for address in everywhere(draw):
        assert not TO_THE_MINUTE.search(reading(operator, address)), address


def test_the_hour_of_a_draws_end_is_not_told_as_before_its_beginning(
    operator: User, time_machine: Any
) -> None:
    """It began at 9:41, and its only seat was filled within that hour."""
    make_expert()
    time_machine.move_to(NOW, tick=False)
    draw = make_draw(now=NOW, seats=1, operator=operator)
    time_machine.move_to(NOW + timedelta(minutes=7), tick=False)
    assert Client().post(link_of(lines(draw)[0]), {"answer": "accept"}).status_code == 302
    told = Caller(operator, "draws.view").get(f"/draws/{draw.pk}").json()
    (line,) = told["lines"]
    times = [told["ended_at"], line["invited_at"], line["replied_at"]]
    assert {datetime.fromisoformat(time) for time in times} == {NOW}
    assert rows_of_export(operator, "draws.draws")[1][-3] == "2026-11-24 09 时"
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    ended = rows_of_export(operator, "draws.draws")[1][-3]
    assert ended == datetime(2026, 11, 24, 9, 48)  # noqa: DTZ001 (Excel knows no zones)


def test_the_end_that_an_acceptance_by_link_brings_tells_the_hour(
    operator: User, auditor: User, time_machine: Any
) -> None:
    """Nobody wrote a row for it: he follows his link and agrees, which fills the only seat."""
    make_expert()
    time_machine.move_to(NOW, tick=False)
    draw = make_draw(now=NOW, seats=1, operator=operator)
    (line,) = lines(draw)
    time_machine.move_to(ANSWERED, tick=False)
    client = Client(REMOTE_ADDR=HOME)
    assert client.post(link_of(line), {"answer": "accept"}).status_code == 302
    time_machine.move_to(ANSWERED + timedelta(minutes=20), tick=False)
    draw.refresh_from_db()
    assert (draw.status, draw.ended_at) == ("success", ANSWERED)
    for address in everywhere(draw):
        assert not TO_THE_MINUTE.search(reading(operator, address)), address
    told = Caller(operator, "draws.view").get(f"/draws/{draw.pk}").json()
    times = [told["ended_at"], told["lines"][0]["replied_at"]]
    assert {datetime.fromisoformat(time).minute for time in times} == {0}
    assert not Entry.objects.filter(at__gte=ANSWERED).exclude(address="").exists()
    assert "邀请答复" not in reading(auditor, reverse("audit:entry_list")).partition("<tbody")[2]
    assert not [row for row in rows_of_export(auditor, "audit.entries") if row[4] == "邀请答复"]
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    assert "邀请答复" in reading(auditor, reverse("audit:entry_list"))


def test_another_platform_is_told_when_the_hour_is_over(
    draw: Draw, line: Invitation, request: pytest.FixtureRequest
) -> None:
    """It was told within the second, and knew by its own clock when somebody had answered."""
    make_subscription("https://93.184.215.14/", "invitation.answered", "draw.ended")
    request.getfixturevalue("answered")
    assert not Delivery.objects.exists()
    (job,) = ProcrastinateJob.objects.filter(task_name="webhooks.tell_hour")
    assert timezone.localtime(job.scheduled_at).strftime("%H:%M:%S") == "11:00:00"
    webhook_tasks.tell_hour(**job.args)
    (told,) = Delivery.objects.all()
    content = json.loads(told.body)
    assert content["at"] == "2026-11-24T10:00:00+08:00"
    assert (content["data"]["line"], content["data"]["state"]) == (line.line, "declined")


def test_what_is_open_is_told_at_once(draw: Draw, line: Invitation, operator: User) -> None:
    make_subscription("https://93.184.215.14/", "invitation.answered")
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    tell(EventCode.INVITATION_ANSWERED, line.pk, now=ANSWERED)
    assert json.loads(Delivery.objects.get().body)["at"] == "2026-11-24T10:03:27+08:00"


def test_what_a_clerk_recorded_is_told_later_too(
    draw: Draw, line: Invitation, operator: User, supervisor: User, auditor: User, time_machine: Any
) -> None:
    """By his address and the minute of the call."""
    time_machine.move_to(ANSWERED, tick=False)
    record_answer(
        invitation=line,
        state=InvitationState.DECLINED,
        reason="来电说出差",
        actor=operator,
        second=make_user("supervisor", name="吴监督"),
        now=ANSWERED,
        entropy=SeededEntropy(3),
    )
    time_machine.move_to(ANSWERED + timedelta(minutes=20), tick=False)
    listed = reverse("audit:entry_list")
    told = ("邀请答复", "申请代登记答复")
    ledgers = [reverse("reports:ledger"), listed]
    for address in ledgers:
        page = reading(supervisor if address != listed else auditor, address)
        assert [word for word in told if word in page.partition("<tbody")[2]] == [], address
    rows = rows_of_export(auditor, "reports.ledger")
    assert [row for row in rows if "邀请答复" in row] == []
    # The page of the draw tells at once that it was a hand, and whose.
    page = reading(supervisor, reverse("draws:detail", args=[draw.pk]))
    assert "吴监督" in page
    assert not TO_THE_MINUTE.search(page)
    # Who was asked in his place has still to answer: two persons open names meanwhile.
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    assert all(word in reading(auditor, listed) for word in told)
    assert "邀请答复" in reading(supervisor, reverse("reports:ledger"))


def test_no_number_tells_that_an_expert_mistyped(
    somebody: User, auditor: User, admin: User, time_machine: Any
) -> None:
    """The record of before is seen; what he does while names are sealed was counted on it, and the lock
    that followed stood in the list of users, on the workbench and in the log."""
    seen = LoginRecord.objects.create(
        at=NOW - timedelta(hours=2), account=somebody.username, user=somebody, address=HOME
    )
    detail = reverse("accounts:login_detail", args=[seen.pk])

    def counted() -> list[str]:
        return re.findall(r"失败\s*(\d+) 次", re.sub(r"<[^>]+>", " ", reading(auditor, detail)))

    time_machine.move_to(NOW, tick=False)
    before = counted()
    assert len(before) == 2
    client = Client(REMOTE_ADDR=HOME)
    for minute in range(6):
        time_machine.move_to(SIGNED_IN + timedelta(minutes=minute), tick=False)
        said = {"identifier": somebody.username, "password": "mistyped"}
        client.post(reverse("accounts:login"), said)
    somebody.refresh_from_db()
    assert somebody.locked_until > timezone.now()
    assert counted() == before
    users = reverse("accounts:user_list")
    rows = reading(admin, f"{users}?q={somebody.username}").partition("<tbody")[2]
    assert "锁定" not in rows
    assert somebody.username not in reading(admin, f"{users}?tab=locked")
    assert "解除锁定" not in reading(admin, f"{users}?q={somebody.username}")
    assert "连续登录失败" not in reading(admin, reverse("portal:home"))
    assert "次失败" not in reading(auditor, reverse("audit:entry_list"))
