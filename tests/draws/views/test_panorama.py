from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.projects.enums import ProjectStatus
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_draw, open_names_at
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
TABS = ("概况", "抽取方案", "参与专家", "抽取结果", "跟进", "附件", "通知", "日志")


@pytest.fixture
def draw() -> Draw:
    """One seat: the first expert declined, the second was supplemented."""
    now = timezone.now()
    for number in range(3):
        make_expert(f"秘密专家{number}")
    draw = make_draw(now=now, seats=1)
    answer(
        invitation=Invitation.objects.get(draw=draw),
        accept=False,
        reason="出差",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(1),
    )
    return draw


def page(client, draw, tab="experts") -> str:
    address = reverse("projects:detail", args=[draw.project_id])
    return client.get(address, {"tab": tab}).content.decode()


@pytest.mark.shows("PRJ-12")
def test_one_page_joins_all_of_a_project(client, draw):
    login(client, make_user("admin"))
    address = reverse("projects:detail", args=[draw.project_id])
    tabs = client.get(address).context["tabs"]
    assert [tab["label"] for tab in tabs if tab["label"] in TABS] == list(TABS)
    for tab in tabs:
        assert client.get(tab["url"]).status_code == 200


@pytest.mark.shows("PRJ-14")
def test_everybody_who_was_invited_is_shown_with_type_and_state(client, draw):
    login(client, make_user("operator"))
    text = page(client, draw)
    for shown in ("第 1 位专家", "第 2 位专家", "抽取", "补抽", "拒绝", "待答复", "综合"):
        assert shown in text
    assert "秘密专家" not in text
    assert not Entry.objects.filter(action="draw.names").exists()


@pytest.mark.shows("PRJ-13", "PRJ-14")
def test_names_are_shown_from_the_reveal_time_to_who_may_and_the_look_is_logged(client, draw):
    now = timezone.now()
    open_names_at(draw, now - timedelta(minutes=1))
    release(draw_id=draw.pk, now=now, unanswered=True)
    operator = make_user("operator")
    login(client, operator)
    text = page(client, draw)
    assert text.count("秘密专家") >= 2
    phone = Invitation.objects.filter(draw=draw)[0].expert.phone
    assert phone not in text  # masked for an operator
    assert Entry.objects.get(action="draw.names").actor == operator
    department = make_user("department", department=draw.project.department or make_department())
    login(client, department)
    assert "秘密专家" not in page(client, draw)


def test_before_a_draw_the_tab_says_so(client, operator):
    project = make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())
    login(client, operator)
    address = reverse("projects:detail", args=[project.pk])
    assert "还没有专家参与" in client.get(address, {"tab": "experts"}).content.decode()
