"""What an expert writes and does himself while names are sealed names no seat (docs/decisions/0185).

He is asked for a sealed draw, files a leave in his area and gives his seat up with it: the row of the leave
stood beside the line, with the same words and to the minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from expertpool.accounts.models import User
from expertpool.changes import tasks as changes_tasks
from expertpool.changes.models import Career
from expertpool.changes.services.history import save_career
from expertpool.changes.services.requests import change_own
from expertpool.core.documents import qr_png
from expertpool.draws.enums import ExclusionReason, Knowledge
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.eligibility import evaluate, openly_eligible
from expertpool.draws.services.names import release
from expertpool.experts import tasks
from expertpool.experts.models import AvoidanceRemoval, AvoidanceUnit, Expert, Leave
from expertpool.experts.services.announcing import announce_changes
from expertpool.files.services import attach
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, make_ready_project
from tests.factories.experts import give_account, make_expert, make_unit
from tests.factories.projects import avoid
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (a Tuesday)
WORDS = "带母亲去协和医院复查"


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    with once(), travel(NOW, tick=False):
        for _ in range(4):
            make_expert()
        return make_draw(now=NOW, seats=2)


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def line(draw: Draw) -> Invitation:
    return draw.invitations.order_by("line")[0]


@pytest.fixture
def somebody(line: Invitation) -> Expert:
    expert = Expert.objects.get(pk=expert_id_of(line))
    give_account(expert, make_user("expert", name=expert.name))
    return expert


def during(draw: Draw) -> dict[str, str]:
    opening = timezone.localtime(draw.project.opening_at)
    end = opening + timedelta(hours=8)
    times = {"start": opening, "end": end}
    return {name: f"{at:%Y-%m-%d %H:%M}" for name, at in times.items()} | {"reason": WORDS}


@pytest.fixture
def gave_up(somebody: Expert, line: Invitation, draw: Draw) -> Expert:
    data = during(draw) | {"seats": line.pk, "give_up": "1"}
    answer = login(Client(), somebody.user).post(reverse("selfservice:leave_add"), data)
    assert answer.status_code == 204, answer.content.decode()
    line.refresh_from_db()
    assert line.state == "declined"
    return somebody


def reading(user: User, address: str, **query: str) -> str:
    answer = login(Client(), user).get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def record_of(expert: Expert, tab: str) -> str:
    return f"{reverse('experts:detail', args=[expert.pk])}?tab={tab}"


def test_no_page_says_who_gave_his_seat_up_by_a_leave(
    gave_up: Expert, draw: Draw, line: Invitation, operator: User, supervisor: User, admin: User
) -> None:
    project = reverse("projects:detail", args=[draw.project_id])
    pages = [
        reading(user, address)
        for user in (operator, supervisor, admin)
        for address in (
            reverse("draws:detail", args=[draw.pk]),
            reverse("draws:room", args=[draw.pk]),
            f"{project}?tab=experts",
            f"{project}?tab=draw",
            record_of(gave_up, "leaves"),
        )
    ]
    listed = reverse("experts:leave_list")
    pages += [reading(admin, listed, tab="all", sort=sort) for sort in ("-filed", "-start")]
    assert [page for page in pages if WORDS in page or "请假：" in page] == []
    assert "没有请假" in reading(operator, record_of(gave_up, "leaves"))
    assert gave_up.number not in pages[-1]

    exclusions = reverse("draws:exclusions", args=[draw.project_id])
    assert gave_up.number not in reading(supervisor, exclusions)
    # He himself sees it, and so do all with the names; his seat has no more than that it was a leave.
    assert WORDS in reading(gave_up.user, reverse("selfservice:leaves"))
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    assert WORDS in reading(admin, listed, tab="all")
    line.refresh_from_db()
    assert line.reason == "请假"
    assert gave_up.number in reading(supervisor, exclusions)


def test_what_the_office_does_over_it_is_answered_as_of_everybody(
    gave_up: Expert, draw: Draw, admin: User
) -> None:
    """A refusal would name him: 与已登记的请假时间重叠."""
    client, leave = login(Client(), admin), Leave.objects.get()
    assert client.post(reverse("experts:leave_cancel", args=[leave.pk])).status_code == 404
    add = reverse("experts:leave_add", args=[gave_up.pk])
    assert client.post(add, during(draw)).status_code == 204
    assert "与已登记的请假" in client.post(add, during(draw)).content.decode()


def test_counts_know_of_no_leave_of_his_and_the_seal_does(gave_up: Expert, draw: Draw) -> None:
    project = make_ready_project(now=NOW, seats=1)
    type(project).objects.filter(pk=project.pk).update(opening_at=draw.project.opening_at)
    plan = DrawPlan.objects.get(project=project)
    openly = evaluate(plan, now=NOW)
    assert gave_up.pk in {one.expert_id for one in openly.eligible}
    assert not openly.exclusion_counts
    knowing = evaluate(plan, now=NOW, knowing=Knowledge.ALL)
    assert knowing.excluded[gave_up.pk] == ExclusionReason.ON_LEAVE
    # What is told before a seal that knows all is what was counted.
    told = {one.expert_id for one in openly_eligible(knowing, plan, now=NOW)}
    assert told == {one.expert_id for one in openly.eligible}


def test_nor_do_relations_that_he_declares(
    somebody: Expert, draw: Draw, supervisor: User, admin: User
) -> None:
    """He learns whose review it is, declares that he has to stay away, and leaves."""
    unit = make_unit("华东建设集团有限公司")
    avoid(draw.project, subject="unit", unit=unit)
    data = {"unit_name": unit.name, "kind": "past_employer"}
    own = login(Client(), somebody.user)
    answer = own.post(reverse("selfservice:avoidance_add"), data)
    assert answer.status_code == 204, answer.content.decode()
    row = AvoidanceUnit.objects.get()
    assert row.is_own
    exclusions = reverse("draws:exclusions", args=[draw.project_id])
    assert somebody.number not in reading(supervisor, exclusions)
    assert unit.name not in reading(admin, record_of(somebody, "avoidances"))
    client = login(Client(), admin)
    remove = reverse("experts:avoidance_remove", args=[row.pk])
    assert client.post(remove).status_code == 404
    add = reverse("experts:avoidance_add", args=[somebody.pk])
    assert client.post(add, data).status_code == 204
    AvoidanceUnit.objects.filter(is_own=False).delete()
    plan = DrawPlan.objects.get(project=draw.project)
    assert somebody.pk in evaluate(plan, now=NOW, knowing=Knowledge.ALL).excluded

    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    assert somebody.number in reading(supervisor, exclusions)
    assert unit.name in reading(admin, record_of(somebody, "avoidances"))


def test_what_he_asks_of_the_office_is_told_on_the_next_day(
    somebody: Expert, draw: Draw, admin: User, time_machine: Any
) -> None:
    unit = make_unit("华东建设集团有限公司")
    row = AvoidanceUnit.objects.create(expert=somebody, kind="past_employer", unit=unit)
    asked = login(Client(), somebody.user).post(
        reverse("selfservice:avoidance_ask", args=[row.pk]), {"reason": "已于 2020 年离职"}
    )
    assert asked.status_code == 204
    letters = Message.objects.filter(occasion="expert.removal_asked")
    removal = AvoidanceRemoval.objects.get()

    def shown() -> bool:
        page = reading(admin, record_of(somebody, "avoidances"))
        assert "11-24 09:41" not in page
        return "已于 2020 年离职" in page

    decide = reverse("experts:removal_decide", args=[removal.pk])
    assert not shown()
    assert not letters.exists()
    assert login(Client(), admin).get(decide).status_code == 404
    time_machine.move_to(NOW + timedelta(hours=15), tick=False)
    tasks.tell_removal(removal.pk)
    tasks.tell_removal(removal.pk)
    assert shown()
    assert letters.count() == 1
    assert "11-24 09:41" not in reading(admin, decide)


def test_a_dump_has_none_of_his_words(
    gave_up: Expert, draw: Draw, line: Invitation, somebody: Expert
) -> None:
    own = login(Client(), somebody.user)
    row = AvoidanceUnit.objects.create(expert=somebody, kind="past_employer", unit=make_unit())
    asked = own.post(reverse("selfservice:avoidance_ask", args=[row.pk]), {"reason": WORDS})
    assert asked.status_code == 204
    other = draw.invitations.exclude(pk=line.pk).first()
    expert = Expert.objects.get(pk=expert_id_of(other))
    give_account(expert, make_user("expert", name=expert.name))
    said = {"answer": "decline", "reason": "其他", "detail": WORDS}
    login(Client(), expert.user).post(reverse("selfservice:review_answer", args=[other.pk]), said)
    other.refresh_from_db()
    assert other.reason == f"其他：{WORDS}"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            text = f'SELECT count(*) FROM "{table}" AS r WHERE r::text LIKE %s'  # noqa: S608
            cursor.execute(text, [f"%{WORDS}%"])
            assert cursor.fetchone() == (0,), table


@pytest.mark.shows("PORT-12", "PORT-13")
def test_nor_does_what_he_asks_to_be_changed_or_changes_himself(
    somebody: Expert, draw: Draw, admin: User, time_machine: Any, media: None
) -> None:
    """The values that are his own stand at once; that he was at his account today nobody is told."""
    values = {"title": "教授", "position": "总工程师"}
    before = Expert.objects.get(pk=somebody.pk).updated_at
    own, request = change_own(
        expert=somebody, values=values, actor=somebody.user, now=timezone.now()
    )
    assert own == ["职务"]
    long_after = NOW + timedelta(days=9000)  # by the clock of the database, which no test moves
    save_career(
        career=Career(expert=somebody, unit=make_unit("华东院")),
        actor=somebody.user,
        now=timezone.now(),
    )
    scan = SimpleUploadedFile("证书.png", qr_png("x"))
    attach(subject=somebody, uploaded_file=scan, actor=somebody.user, now=timezone.now())
    pages = (
        record_of(somebody, "files"),
        reverse("changes:list"),
        reverse("changes:list") + "?tab=all",
        reverse("experts:changes"),
        record_of(somebody, "history"),
        record_of(somebody, "life"),
        reverse("experts:versions", args=[somebody.pk]),
    )
    for page in pages:
        read = reading(admin, page)
        assert "华东院" not in read
        assert "11-24 09:41" not in read
        assert "总工程师" not in read, page
        assert "教授" not in read, page
        assert "证书.png" not in read, page
    assert "证书.png" in reading(somebody.user, "/my/file/")
    detail = reverse("changes:detail", args=[request.pk])
    assert login(Client(), admin).get(detail).status_code == 404
    assert announce_changes(now=long_after) == 0
    # By which lists are sorted, and which other platforms ask for.
    assert Expert.objects.get(pk=somebody.pk).updated_at == before
    told = Message.objects.filter(occasion__in=("change.asked", "expert.changed"))
    assert not told.exists()
    time_machine.move_to(NOW + timedelta(hours=15), tick=False)
    changes_tasks.tell_asked(request.pk)
    changes_tasks.tell_asked(request.pk)
    assert announce_changes(now=long_after) == 1
    assert Expert.objects.get(pk=somebody.pk).updated_at == long_after
    assert {one.occasion for one in told} == {"change.asked", "expert.changed"}
    assert "证书.png" in reading(admin, record_of(somebody, "files"))
    tabs = [record_of(somebody, tab) for tab in ("history", "files")]
    for page in (detail, reverse("experts:changes"), *tabs):
        read = reading(admin, page)
        assert "11-24" in read
        assert "11-24 09:41" not in read, page
