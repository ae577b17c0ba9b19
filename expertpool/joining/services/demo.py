"""Applications in each state, for trying; people who do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.services.demo import DEMO_PASSWORD
from expertpool.accounts.services.passwords import store_password
from expertpool.core.documents import qr_png
from expertpool.core.validators import ID_CARD_WEIGHTS, id_card_check_digit
from expertpool.directory.models import Specialty
from expertpool.experts.enums import ExpertKind
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from expertpool.joining.enums import Channel, Step
from expertpool.joining.models import Application, FriendLink
from expertpool.joining.queries.applications import PROOF, SUBJECT, application_of
from expertpool.joining.queries.contents import JOBS, TIES
from expertpool.joining.queries.public import account_by_contact
from expertpool.joining.services.deciding import approve, reject, send_back
from expertpool.joining.services.drafts import save_step
from expertpool.joining.services.handing_in import hand_in
from expertpool.joining.services.recommending import Colleague, recommend
from expertpool.joining.services.registering import Applicant, register, send_code
from expertpool.joining.services.setup import ensure_consent, save_link
from expertpool.workflow.queries.notices import notice_days

CODE = "246810"
AGAIN = "Chongxin-2026"


@dataclass(frozen=True)
class Someone:
    """Who applies in the demonstration, and how far he is."""

    name: str
    phone: str
    state: str
    channel: str = Channel.SITE
    title: str = "高级工程师"
    employer: str = "长沙市建筑设计研究院"
    kind: str = ExpertKind.INDIVIDUAL
    recommended: bool = False


PEOPLE = (
    Someone("林晓东", "13800000008", "draft", Channel.WECHAT),
    Someone("周文静", "13700000011", "pending", Channel.QR, "正高级工程师"),
    Someone("孙志远", "13700000012", "pending", title="副教授", recommended=True),
    Someone("何建平", "13700000013", "returned", Channel.SHARE),
    Someone("罗敏", "13700000014", "approved", Channel.QR, employer="武汉市环境监测中心"),
    Someone("谢辉", "13700000015", "rejected", Channel.WECHAT, "助理工程师"),
    Someone(
        "湖南省工程咨询中心", "13700000016", "pending", Channel.SHARE, kind=ExpertKind.ORGANISATION
    ),
)
LINKS = (
    ("国家发展和改革委员会", "https://www.ndrc.gov.cn/"),
    ("中国政府采购网", "https://www.ccgp.gov.cn/"),
    ("中国招标投标公共服务平台", "https://www.cebpubservice.com/"),
)


@transaction.atomic
def ensure_demo_applications(*, actor: User, expert: Expert, now: datetime) -> int:
    """Make an application in each state, links, and a recommendation of ``expert``; return how many there
    are. Where there are any, nothing is added."""
    if Application.objects.exists():
        return Application.objects.count()
    for at, (name, url) in enumerate(LINKS, 1):
        save_link(row=FriendLink(name=name, url=url, order=at), actor=actor, now=now)
    by = expert.user
    assert by is not None  # noqa: S101 (the demo account)
    recommend(
        expert=expert,
        colleague=Colleague("贺志刚", "13700000021", "hezg@example.cn", "同专业，评审经验多年"),
        actor=by,
        now=now,
    )
    specialties = list(
        Specialty.objects.filter(scheme__code="ndrc2018", children=None).order_by("code")[:40]
    )
    for at, one in enumerate(PEOPLE):
        moment = now - timedelta(days=len(PEOPLE) - at, hours=at)
        _apply(one, specialties[at * 3 : at * 3 + 2], at, actor, expert, moment)
    return len(PEOPLE)


def _apply(
    one: Someone, specialties: list[Specialty], at: int, actor: User, expert: Expert, now: datetime
) -> None:
    link = None
    if one.recommended and expert.user is not None:
        colleague = Colleague(one.name, one.phone, f"applicant{at}@example.cn")
        link = recommend(expert=expert, colleague=colleague, actor=expert.user, now=now)
    applicant = Applicant(
        one.kind,
        one.name,
        "phone",
        one.phone,
        ensure_consent(now=now).number,
        Channel.RECOMMENDED if link else one.channel,
        one.channel == Channel.WECHAT,
        link,
    )
    row = send_code(applicant=applicant, code=CODE, address=f"demo-{at}", now=now)
    has_account = account_by_contact("phone", one.phone) is not None
    user = register(row=row, code=CODE, password=AGAIN if has_account else DEMO_PASSWORD, now=now)
    if has_account:  # he chose another one, as everybody has to; the demonstration has one for all
        store_password(user, DEMO_PASSWORD, now=now)
    application = application_of(user)
    assert application is not None  # noqa: S101 (just made)
    is_draft = one.state == "draft"
    for step, typed in _typed(one, specialties, at).items():
        if is_draft and step == Step.HISTORY:
            return
        application = save_step(
            application=application, step=step, typed=typed, version=application.version, now=now
        )
    scan = SimpleUploadedFile("职称证书.png", qr_png(one.name, scale=6))
    attach(subject=application, uploaded_file=scan, kind=PROOF, actor=user, now=now)
    hand_in(
        application=application,
        version=application.version,
        consents=ensure_consent(now=now).number,
        knows_notice=notice_days(SUBJECT),
        actor=user,
        now=now,
    )
    application = Application.objects.get(pk=application.pk)
    later = now + timedelta(hours=5)
    if one.state == "approved":
        approve(application=application, actor=actor, note="材料齐全", now=later)
    elif one.state == "rejected":
        note = "职称未达到中级，暂不符合入库条件。"
        reject(application=application, actor=actor, note=note, now=later)
    elif one.state == "returned":
        send_back(
            application=application,
            actor=actor,
            now=later,
            fields={
                "files": "职称证书不清楚，请重新拍照上传。",
                "practice_years": "与工作经历不一致。",
            },
        )


def _typed(one: Someone, specialties: list[Specialty], at: int) -> dict[str, dict[str, Any]]:
    chosen = [str(specialty.pk) for specialty in specialties]
    contact = {"phone": [one.phone], "email": [f"applicant{at}@example.cn"], "division": ["430100"]}
    if one.kind == ExpertKind.ORGANISATION:
        basic = {"name": [one.name], "contact_person": ["刘主任"], **contact}
        return {Step.BASIC: basic, Step.PROFESSION: {"specialties": chosen}}
    body = f"4301021977{at + 1:02}15123"[: len(ID_CARD_WEIGHTS)]
    return {
        Step.BASIC: {
            "name": [one.name],
            "id_number": [body + id_card_check_digit(body)],
            **contact,
        },
        Step.PROFESSION: {
            "specialties": chosen,
            "employer_name": [one.employer],
            "title": [one.title],
            "education": ["硕士研究生"],
            "practice_years": [str(15 + at)],
            "position": ["主任工程师"],
            "expert_type": ["技术类"],
        },
        Step.HISTORY: {
            JOBS: [
                {"unit": one.employer, "post": "主任工程师", "start": "2012-03", "end": ""},
                {
                    "unit": "南昌市水利水电勘测设计院",
                    "post": "工程师",
                    "start": "2002-07",
                    "end": "2012-02",
                },
            ],
            TIES: [{"kind": "kin", "unit": "", "person": f"{one.name[:1]}某", "note": "配偶"}],
        },
    }
