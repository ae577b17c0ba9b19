"""Achievements: entered by their expert, approved by the flow, shown to whom they may be."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.achievements.enums import FIELDS, AchievementKind
from expertpool.achievements.exceptions import AchievementRefused
from expertpool.achievements.models import Achievement
from expertpool.achievements.queries import SUBJECT, managed_by, shown_to, to_decide, visible_to
from expertpool.achievements.services.writing import (
    decide_achievement,
    delete_achievement,
    hand_in,
    save_achievement,
    take_back,
)
from expertpool.achievements.settings import PUBLIC
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import next_day
from expertpool.joining.enums import Purpose
from expertpool.joining.services.setup import ensure_consent
from expertpool.notifications.models import Message
from expertpool.privacy.services.consenting import set_consent
from expertpool.workflow.enums import StepKind, Verdict
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.models import PublicNotice
from expertpool.workflow.services.flows import StepData, save_flow
from expertpool.workflow.services.leading import end_notices
from expertpool.workflow.services.telling_approvals import tell_waiting
from tests.factories.accounts import make_user
from tests.factories.achievements import PAPER, hand_in_one, make_achievement, prove
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert, make_specialty, make_unit
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def decided(
    row: Achievement, actor: User, *, agree: bool, note: str = "", **reasons: str
) -> Verdict:
    return decide_achievement(
        row=row, agree=agree, note=note, reasons=reasons, actor=actor, now=timezone.now()
    )


@pytest.mark.shows("OVW-16")
def test_an_expert_enters_hands_in_mends_and_is_shown(client: Client, admin: User) -> None:
    user, now = make_user("expert"), timezone.now()
    expert = make_expert("王立新", specialties=(make_specialty("A0401", "建筑工程"),))
    give_account(expert, user)
    own = login(client, user)
    assert "还没有成果" in own.get(reverse("achievements:own")).content.decode()
    address = reverse("achievements:own_add", args=["patent"])
    wrong = own.post(address, {"title": "一种支座", "year": "2023"})
    assert wrong.status_code == 422
    assert "专利号" in wrong.content.decode()
    made = own.post(
        address, {"title": "一种支座", "year": "2023", "number": "ZL2023", "level": "发明专利"}
    )
    row = Achievement.objects.select_related("expert").get()
    assert made.headers["HX-Redirect"] == reverse("achievements:detail", args=[row.pk])
    assert not managed_by(admin).exists()  # a draft is nobody's business
    with pytest.raises(AchievementRefused, match="证明材料"):
        hand_in(row=row, actor=user, now=now)
    prove(row, user)
    assert own.post(reverse("achievements:hand_in", args=[row.pk])).status_code == 204
    assert own.post(reverse("achievements:hand_in", args=[row.pk])).status_code == 409
    office = login(Client(), admin)
    assert to_decide(admin).get() == row
    assert "一种支座" not in office.get(reverse("achievements:platform")).content.decode()
    answer = office.post(
        reverse("achievements:decide", args=[row.pk]), {"agree": "no", "why_number": "号码少一位"}
    )
    assert answer.status_code == 204
    again = office.post(reverse("achievements:decide", args=[row.pk]), {"agree": "yes"})
    assert again.status_code == 409
    assert f"已由 {admin.name} 办理" in again.content.decode()
    page = own.get(reverse("achievements:detail", args=[row.pk])).content.decode()
    assert "号码少一位" in page
    assert "专利号" in page
    assert Message.objects.filter(occasion="achievement.decided").exists()
    values = {"title": "一种支座", "year": "2023", "number": "ZL20230", "level": "发明专利"}
    assert own.post(reverse("achievements:own_edit", args=[row.pk]), values).headers["HX-Redirect"]
    hand_in(row=Achievement.objects.get(), actor=user, now=now)
    assert decided(Achievement.objects.get(), admin, agree=True) == Verdict.APPROVED
    for filters, found in (
        ({}, True), ({"kind": "patent"}, True), ({"kind": "paper"}, False), ({"year": "2023"}, True),
        ({"q": "ZL20230"}, True), ({"q": "王立新"}, True), ({"specialty": "建筑"}, True),
        ({"specialty": "水利"}, False), ({"year": "x"}, False),
    ):  # fmt: skip
        page = office.get(reverse("achievements:platform"), filters).content.decode()
        assert ("一种支座" in page) == found, filters
    tab = office.get(reverse("experts:detail", args=[expert.pk]), {"tab": "achievements"})
    assert "一种支座" in tab.content.decode()
    file = office.post(reverse("core:export", args=["achievements.achievements"]))
    assert file.headers["Content-Type"].endswith("sheet")
    operator = make_user("operator")
    assert shown_to(operator).count() == 1
    Expert.objects.update(status=ExpertStatus.FROZEN)
    assert not shown_to(operator).exists()
    # His file keeps them.
    tab = office.get(reverse("experts:detail", args=[expert.pk]), {"tab": "achievements"})
    assert "一种支座" in tab.content.decode()
    assert "只在档案中保留" in tab.content.decode()
    assert office.get(reverse("achievements:detail", args=[row.pk])).status_code == 200


def test_what_waits_or_is_approved_does_not_change(admin: User) -> None:
    now, row = timezone.now(), hand_in_one()
    user = row.expert.user
    assert user is not None
    with pytest.raises(AchievementRefused, match="刷新页面"):
        save_achievement(row=row, values={"title": "另一篇"}, actor=user, now=now)
    with pytest.raises(AchievementRefused, match="先撤回"):
        delete_achievement(row=row, actor=user, now=now)
    with pytest.raises(AchievementRefused, match="工作账号"):
        decided(row, user, agree=True)
    with pytest.raises(AchievementRefused, match="退回的原因"):
        decided(row, admin, agree=False)
    take_back(row=row, actor=user, now=now)
    with pytest.raises(AchievementRefused, match="刷新页面"):
        decided(row, admin, agree=True)
    hand_in(row=row, actor=user, now=now)
    decided(row, admin, agree=True)
    with pytest.raises(AchievementRefused, match="刷新页面"):
        take_back(row=row, actor=user, now=now)
    stranger = make_user("expert")
    give_account(make_expert(), stranger)
    assert not visible_to(stranger).exists()
    with pytest.raises(AchievementRefused, match="本人"):
        take_back(row=row, actor=stranger, now=now)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"year": 2099}, "还没有到"),
        ({"year": 1}, "1950"),
        ({"title": ""}, "不能为空|此字段|请填写"),
        ({"title": "长" * 201}, "200"),
        ({"source": ""}, "请填写发表刊物"),
        ({"level": "诺贝尔奖"}, "请从列表中选择"),
        ({"rank": 0}, "1 至 99"),
    ],
)
def test_what_is_wrong_is_said_in_words(admin: User, values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make_achievement(actor=admin, **values)
    assert not Achievement.objects.exists()


def test_one_is_entered_once(admin: User) -> None:
    expert = make_expert()
    make_achievement(expert, actor=admin)
    with pytest.raises(ValidationError, match="请勿重复"):
        make_achievement(expert, actor=admin)
    make_achievement(expert, actor=admin, year=2023)
    assert PAPER["title"] in {row.title for row in shown_to(admin)}


def test_anybody_sees_what_the_office_lets_him(client: Client, admin: User) -> None:
    expert = make_expert("欧阳小明")
    make_achievement(expert, actor=admin)
    address = reverse("achievements:public")
    assert client.get(address).status_code == 404
    configure(PUBLIC, "nameless")
    page = client.get(address, {"q": "装配式"}).content.decode()
    assert "装配式建筑节点研究" in page
    assert "欧阳" not in page
    assert "装配式建筑" not in client.get(address, {"q": "欧阳"}).content.decode()
    configure(PUBLIC, "named")
    # Only once he has agreed to it (tests/privacy/test_consents.py).
    assert "欧阳" not in client.get(address).content.decode()


@pytest.mark.shows("OVW-06", "OVW-16")
def test_an_achievement_is_on_public_notice_between_two_who_decide(
    client: Client, admin: User
) -> None:
    other, now = make_user("admin"), timezone.now()
    first, last = StepData("初审"), StepData("终审")
    notice = StepData("公示", kind=StepKind.NOTICE, days=3)
    with pytest.raises(FlowRefused, match="之前设一个不带条件的审批步骤"):
        # It would say to everybody who has just been at his account.
        save_flow(subject=SUBJECT, steps=[notice, last], actor=admin, now=now)
    save_flow(subject=SUBJECT, steps=[first, notice, last], actor=admin, now=now)
    row = hand_in_one(make_expert("王立新", employer=make_unit("湘江设计院")), rank=2)
    assert row.expert.user is not None
    own, office, page = login(Client(), row.expert.user), login(Client(), other), Client()
    detail = reverse("achievements:detail", args=[row.pk])
    assert "公示至" not in own.get(detail).content.decode()
    assert page.get(reverse("workflow:notice_list")).content.decode().count(PAPER["title"]) == 0
    assert decided(row, admin, agree=True) == Verdict.ADVANCED
    shown = PublicNotice.objects.get()
    told = dict(shown.lines)
    assert told["专家"] == "王立新"
    assert told["发表刊物或出版社"] == PAPER["source"]
    assert told["本人排名"] == "2"
    assert PAPER["title"] in page.get(reverse("workflow:notice_list")).content.decode()
    address = reverse("workflow:notice", args=[shown.public_id])
    # Nobody is named in public who did not agree to it, nor who does no more.
    text = ensure_consent(Purpose.PUBLIC, now=now - timedelta(days=2))
    consent: dict[str, Any] = {"purpose": Purpose.PUBLIC, "version": text.number}
    consent |= {"expert": row.expert, "actor": row.expert.user}
    hidden = page.get(address).content.decode()
    assert PAPER["title"] in hidden
    assert "王立新" not in hidden
    assert told["工作单位"] not in hidden
    set_consent(**consent, given=True, now=now - timedelta(days=1))
    assert "王立新" in page.get(address).content.decode()
    set_consent(**consent, given=False, now=now)
    assert "王立新" not in page.get(address).content.decode()
    said = {"name": "赵敏", "contact": "13800000009", "text": "第一完成人另有其人，请核对。"}
    assert "已收到您的异议" in page.post(address, said).content.decode()
    assert "公示至" in own.get(detail).content.decode()
    with pytest.raises(AchievementRefused, match="正在公示"):
        decided(row, other, agree=True)
    assert end_notices(now=shown.ends_at) == 1
    assert page.get(address).status_code == 410
    assert "另有其人" in office.get(detail).content.decode()
    for one in (
        own,
        login(client, make_user("operator")),
    ):  # who decides is to read it, nobody else
        assert "另有其人" not in one.get(detail).content.decode()
    assert "另有其人" in login(Client(), admin).get(detail).content.decode()  # he has decided
    assert decided(row, other, agree=True) == Verdict.APPROVED
    # What is taken back is not on notice any more.
    again = hand_in_one(row.expert, year=2023)
    decided(again, admin, agree=True)
    latest = PublicNotice.objects.latest("pk")
    take_back(row=again, actor=row.expert.user, now=now)
    assert page.get(reverse("workflow:notice", args=[latest.public_id])).status_code == 410


def test_who_decides_is_told_once_others_may_know_that_its_expert_was_at_his_account(
    admin: User,
) -> None:
    now = timezone.now()

    def jobs() -> list[Any]:
        found = ProcrastinateJob.objects.filter(task_name="workflow.tell_waiting").order_by("id")
        return [(job.scheduled_at, job.args) for job in found]

    def told() -> set[tuple[str, str]]:
        return {(one.occasion, one.address) for one in Message.objects.all()}

    row = hand_in_one()
    tell_waiting(**jobs()[-1][1], now=now)
    assert told() == {("approval.waiting", admin.username)}
    Message.objects.all().delete()
    for _ in range(4):
        make_expert()
    make_draw(now=now - timedelta(minutes=1))
    Message.objects.all().delete()
    hand_in_one(row.expert, year=2022)
    _, args = jobs()[-1]
    tell_waiting(**args, now=now)
    # Nor is whoever manages flows told that nobody can decide it.
    assert told() == set()
    assert jobs()[-1] == (next_day(now), args)
    Achievement.objects.filter(year=2022).update(asked_at=now - timedelta(days=1))
    tell_waiting(**args, now=now)
    assert told() == {("approval.waiting", admin.username)}


# What is said of one of each kind besides its title and year, and what of that it needs.
OF_KINDS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "paper": ({"number": "10.1/JZ77", "source": "建筑结构学报", "level": "EI"}, ("source",)),
    "patent": (
        {"number": "ZL2023-77", "source": "湘江设计院", "level": "发明专利"},
        ("number", "level"),
    ),
    "award": (
        {"number": "HJ-2023-77", "source": "湖南省住建厅", "level": "省部级"},
        ("source", "level"),
    ),
    "standard": (
        {"number": "GB/T 50001-77", "source": "国家标准委", "level": "国家标准"},
        ("number", "level"),
    ),
}


@pytest.mark.shows("OVW-16")
@pytest.mark.parametrize("kind", OF_KINDS)
def test_each_kind_goes_all_the_way(client: Client, admin: User, kind: str) -> None:
    """Entered with what it needs, handed in, approved, found, exported and shown to anybody."""
    said, needs = OF_KINDS[kind]
    expert = make_expert("王立新")
    user = make_user("expert")
    give_account(expert, user)
    own, office = login(Client(), user), login(client, admin)
    address = reverse("achievements:own_add", args=[kind])
    full = {"title": "某某成果", "year": "2023", **said}
    labels = FIELDS[AchievementKind(kind)]
    for name in said:
        without = own.post(address, full | {name: ""})
        if name in needs:
            assert without.status_code == 422, name
            assert getattr(labels, name) in without.content.decode()
            assert not Achievement.objects.exists()
        else:
            assert "HX-Redirect" in without.headers, name
            Achievement.objects.all().delete()
    others = [one.levels[0] for key, one in FIELDS.items() if key != kind]
    assert own.post(address, full | {"level": others[0]}).status_code == 422
    assert "HX-Redirect" in own.post(address, full).headers
    row = Achievement.objects.select_related("expert").get()
    assert (row.kind, row.number, row.source, row.level) == (kind, *said.values())
    prove(row, user)
    hand_in(row=row, actor=user, now=timezone.now())
    decided(row, admin, agree=True)
    configure(PUBLIC, "nameless")
    public, platform = reverse("achievements:public"), reverse("achievements:platform")
    for other in OF_KINDS:
        for page in (office.get(platform, {"kind": other}), Client().get(public, {"kind": other})):
            assert ("某某成果" in page.content.decode()) is (other == kind), other
    found = office.get(platform, {"q": said["number"][2:]}).content.decode()
    assert "某某成果" in found
    assert "某某成果" not in office.get(platform, {"q": "ZZ-99"}).content.decode()
    detail = office.get(reverse("achievements:detail", args=[row.pk])).content.decode()
    for name, value in said.items():
        assert getattr(labels, name) in detail
        assert value in detail
    answer: Any = office.post(reverse("core:export", args=["achievements.achievements"]))
    sheet = openpyxl.load_workbook(BytesIO(answer.getvalue())).active
    assert sheet is not None
    (line,) = (one for one in sheet.iter_rows(values_only=True) if "某某成果" in one)
    assert {str(row.get_kind_display()), *said.values()} <= set(line)
