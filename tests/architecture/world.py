"""One of each thing that a URL can be about, within reach of all who may see such things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import ApiToken, LoginRecord, Role, User
from expertpool.changes.models import Career, ChangeRequest, Work
from expertpool.changes.services.history import save_career, save_work
from expertpool.changes.services.requests import change_own
from expertpool.core.documents import qr_png
from expertpool.core.models import ExportRun, ImportRun, SavedSearch
from expertpool.core.models.exports import ExportState
from expertpool.core.models.imports import ImportState
from expertpool.core.settings import LOGO
from expertpool.customforms.models import CustomField
from expertpool.directory.models import (
    DictionaryItem,
    Division,
    Specialty,
    Title,
    Unit,
    UnitRelation,
)
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import (
    ConditionTemplate,
    Draw,
    Invitation,
    ReleaseRequest,
    VoidRequest,
)
from expertpool.draws.occasions import INVITATION
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.templates import save_template
from expertpool.draws.services.voiding import request_void
from expertpool.experts.models import (
    AvoidanceRemoval,
    AvoidanceUnit,
    BlacklistAppeal,
    Expert,
    Leave,
    Tag,
)
from expertpool.experts.queries.files import PHOTO
from expertpool.experts.services.accounts import open_account
from expertpool.experts.services.leave import file_leave
from expertpool.experts.services.photos import set_photo
from expertpool.experts.services.removals import request_removal
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from expertpool.joining.models import Application, FriendLink, Recommendation
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.papers.models import PaperTemplate
from expertpool.papers.registry import PAPERS
from expertpool.papers.services import upload_template
from expertpool.projects.enums import AvoidanceSubject, FileAudience, ProjectStatus
from expertpool.projects.models import Avoidance, Project, ProjectBatch
from expertpool.webhooks.models import Delivery
from tests.factories.accounts import make_department, make_token, make_user
from tests.factories.alerts import make_alert
from tests.factories.answers import record_answer
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import (
    give_account,
    make_appeal,
    make_division,
    make_expert,
    make_specialty,
    make_tag,
    make_unit,
)
from tests.factories.fields import make_field
from tests.factories.joining import make_application, make_draft, make_recommendation, scan
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.factories.webhooks import make_delivery

ROLES = (
    *("admin", "operator", "department", "supervisor"),
    *("finance", "auditor", "expert", "applicant"),
)


@dataclass(frozen=True)
class World:
    """The expert of ``users`` is ``expert``; he accepted ``invitation`` and takes ``leave``.

    ``draft``, ``pending``, ``project`` and those of ``batch`` belong to the department of the
    department user.
    """

    users: dict[str, User]
    somebody: User
    role: Role
    attempt: LoginRecord
    expert: Expert
    leave: Leave
    draft: Project
    pending: Project
    project: Project
    batch: ProjectBatch
    avoidance: Avoidance
    draw: Draw
    invitation: Invitation
    release_request: ReleaseRequest
    void_request: VoidRequest
    template: ConditionTemplate
    paper_template: PaperTemplate
    token: str
    attachment: Attachment
    unit: Unit
    relation: UnitRelation
    specialty: Specialty
    division: Division
    title: Title
    item: DictionaryItem
    tag: Tag
    tie: AvoidanceUnit
    removal: AvoidanceRemoval
    appeal: BlacklistAppeal
    change_request: ChangeRequest
    career: Career
    work: Work
    saved_search: SavedSearch
    custom_field: CustomField
    activation: str
    api_token: ApiToken
    delivery: Delivery
    alert: int
    application: Application  # handed in
    draft_application: Application  # of the applicant
    recommendation: Recommendation
    friend_link: FriendLink

    def message(self, user: User) -> Message:
        """A message of ``user``'s own."""
        return Message.objects.get(key=f"world-{user.pk}:site")

    def export(self, user: User) -> ExportRun:
        """An export of ``user``'s own, ready to be downloaded."""
        run, created = ExportRun.objects.get_or_create(
            user=user,
            exporter="experts.experts",
            state=ExportState.DONE,
            defaults={
                "created_at": timezone.now(),
                "finished_at": timezone.now(),
                "expires_at": timezone.now() + timedelta(days=1),
            },
        )
        if created:
            run.file.write(b"table")
        return run

    def imported(self, user: User, importer: str = "experts") -> ImportRun:
        """An import of ``user``'s own that is done and has refused rows."""
        run, _ = ImportRun.objects.get_or_create(
            user=user,
            importer=importer,
            state=ImportState.DONE,
            defaults={
                "file_name": "名单.xlsx",
                "headers": ["姓名", "手机号"],
                "mapping": ["name", ""],
                "created_at": timezone.now(),
                "finished_at": timezone.now(),
                "expires_at": timezone.now() + timedelta(days=1),
            },
        )
        # Discarding one deletes its file, which no rollback brings back.
        run.refused_table.write(b"table")
        return run


def make_world() -> World:
    configure(LOGO, qr_png("x"))
    now = timezone.now()
    before = now - timedelta(days=2)  # what an expert does after a seal is told with its names
    department = make_department("工程建设部")
    users = {role: make_user(role, department=department) for role in ROLES}
    operator = users["operator"]
    draft, pending = (
        make_project(status, applicant=users["department"], department=department)
        for status in (ProjectStatus.DRAFT, ProjectStatus.PENDING)
    )
    for _ in range(4):
        make_expert()
    draw = make_draw(now=now, operator=operator, seats=1)
    Project.objects.filter(pk=draw.project_id).update(department=department)
    draw.refresh_from_db()
    invitation = Invitation.objects.get(draw=draw)
    record_answer(
        invitation=invitation,
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=operator,
        now=now,
        entropy=SeededEntropy(2),
    )
    expert = Expert.objects.get(pk=expert_id_of(invitation))
    give_account(expert, users["expert"])
    for user in users.values():
        tell(user)
    unit = make_unit()
    return World(
        users=users,
        somebody=make_user("finance", department=department),
        role=Role.objects.create(code="custom", name="自定义角色"),
        attempt=LoginRecord.objects.create(
            at=now, account="nobody", address="192.0.2.1", outcome=LoginOutcome.UNKNOWN_ACCOUNT
        ),
        expert=expert,
        leave=file_leave(
            expert=expert,
            start=now + timedelta(days=60),
            end=now + timedelta(days=70),
            reason="出国",
            actor=users["expert"],
            now=before,
        ),
        draft=draft,
        pending=pending,
        project=draw.project,
        batch=make_batch(make_members(72, 96, now=now, department=department), now=now),
        avoidance=Avoidance.objects.create(
            project=draft,
            subject=AvoidanceSubject.PERIOD,
            from_date=date(2026, 1, 1),
            to_date=date(2026, 2, 1),
        ),
        draw=draw,
        invitation=invitation,
        release_request=request_release(draw=draw, reason="评审提前", actor=operator, now=now),
        void_request=request_void(draw=draw, reason="条件有误", actor=operator, now=now),
        template=save_template(
            name="常用条件",
            groups=[GroupInput("综合", 1, [{"all": []}])],
            shared=True,
            actor=operator,
            now=now,
        ),
        paper_template=upload_template(
            paper=PAPERS["draw_sheet"],
            project_kind="",
            uploaded_file=SimpleUploadedFile("抽取表.xlsx", PAPERS["draw_sheet"].starter()),
            actor=users["admin"],
            now=now,
        ),
        token=_token(invitation),
        attachment=attach(
            subject=draw.project,
            uploaded_file=SimpleUploadedFile("招标文件.pdf", b"%PDF-1.7\n%%EOF\n"),
            kind=FileAudience.EXPERTS,
            actor=operator,
            now=now,
        ),
        unit=unit,
        relation=UnitRelation.objects.create(owner=make_unit(), owned=unit, kind="parent"),
        specialty=make_specialty("Z99"),
        division=make_division("999999", "试验区"),
        title=Title.objects.all()[0],
        item=DictionaryItem.objects.all()[0],
        tag=make_tag(),
        tie=(tie := AvoidanceUnit.objects.create(expert=expert, unit=make_unit(), kind="declared")),
        removal=request_removal(row=tie, reason="已离职", actor=users["expert"], now=before),
        appeal=make_appeal(users["operator"], now=before),
        change_request=_asked(expert, users["expert"], before),
        career=save_career(
            career=Career(expert=expert, unit=make_unit()), actor=users["expert"], now=before
        ),
        work=save_work(
            work=Work(expert=expert, kind="paper", title="论文"), actor=users["expert"], now=before
        ),
        activation=_activation(now),
        custom_field=make_field(),
        saved_search=SavedSearch.objects.create(
            page="experts", name="全部", query="tab=formal", owner=users["admin"], created_at=now
        ),
        api_token=make_token(users["operator"], "projects.view"),
        delivery=make_delivery(actor=users["admin"], now=now),
        alert=make_alert().pk,
        application=make_application(photo=True),
        draft_application=make_draft_with_photo(users["applicant"]),
        recommendation=make_recommendation(expert, users["expert"], now=before),
        friend_link=FriendLink.objects.create(name="财政部", url="https://www.mof.gov.cn/"),
    )


def _asked(expert: Expert, owner: User, at: datetime) -> ChangeRequest:
    """What the expert asks to be changed; he has a photograph, too."""
    photo = SimpleUploadedFile("照片.png", qr_png("photo"))
    set_photo(expert=expert, uploaded_file=photo, actor=owner, now=at)
    _, request = change_own(expert=expert, values={"title": "教授"}, actor=owner, now=at)
    assert request is not None
    return request


def make_draft_with_photo(user: User) -> Application:
    draft = make_draft(user)
    attach(subject=draft, uploaded_file=scan(), kind=PHOTO, actor=user, now=timezone.now())
    return draft


def _activation(now: datetime) -> str:
    """The token of a link by which an expert activates his account."""
    expert = make_expert(email="activate@example.cn")
    open_account(expert=expert, actor=None, now=now)
    text = Message.objects.get(key=f"activation-{expert.pk}:email").body
    found = re.search(r"/activate/([^/]+)/", text)
    assert found
    return found[1]


def tell(user: User) -> None:
    send_message(
        occasion=INVITATION.code,
        recipient=Recipient(user.username, user.name),
        channels=[ChannelCode.SITE],
        context=INVITATION.placeholders,
        about=user,
        key=f"world-{user.pk}",
        now=timezone.now(),
        kind="",
    )
    # As its delivery does, which is a job.
    Message.objects.filter(key=f"world-{user.pk}:site").update(
        state=DeliveryState.DELIVERED, sent_at=timezone.now()
    )


def _token(invitation: Invitation) -> str:
    """The secret of a personal link stands only in the letter that carries it."""
    letter = Message.objects.filter(
        about_type="draws.invitation", about_id=str(invitation.pk), occasion="draw.invitation"
    ).first()
    assert letter
    found = re.search(r"/r/([\w=-]+)/", letter.body)
    assert found
    return found[1]
