"""How each list gets a further row: one line a list. A list that is missing here fails the tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import HeldRole, LoginRecord, User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.backups.models import Backup
from expertpool.changes.services.requests import change_own
from expertpool.core.models import ExportRun, ImportRun
from expertpool.directory.models import DictionaryItem, Title, UnitPair
from expertpool.draws.occasions import INVITATION
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.leave import file_leave
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.reveal import reveal_value
from expertpool.experts.services.sharing import set_sharing
from expertpool.fees.models import Payment, PaymentBatch
from expertpool.inspections.models import Inspection, Round
from expertpool.monitoring.models import RegionNetwork
from expertpool.notices.models import ExpertNotice
from expertpool.notices.services.writing import add_addressees
from expertpool.notifications.channels.outbox import PREFIX
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.papers.registry import PAPERS
from expertpool.papers.services import upload_template
from expertpool.points.enums import ReviewFact
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.services.archive import archive_project
from expertpool.projects.services.tasks import TaskData, assign_task
from expertpool.reports.enums import ReportState
from expertpool.reports.models import ExposureReport, ExposureRow, digest_of_rows
from expertpool.reviews.services.organising import Thing
from expertpool.workflow.enums import StepKind
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_department, make_token, make_user
from tests.factories.achievements import make_achievement
from tests.factories.alerts import make_alert
from tests.factories.automation import make_errand, make_firing, make_rule
from tests.factories.batches import make_batch, make_members
from tests.factories.certificates import make_certificate, make_design
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.evaluations import (
    make_caution_objection,
    make_evaluation,
    make_objection,
    make_rating,
    make_reviewed,
    rate_all,
)
from tests.factories.experts import (
    give_account,
    make_apart,
    make_division,
    make_expert,
    make_scheme,
    make_specialty,
    make_tag,
    make_unit,
)
from tests.factories.fees import make_account, make_batch_of, make_fees, make_paid_to
from tests.factories.identity import make_identity
from tests.factories.inspections import ask_one, make_round, open_one
from tests.factories.jobs import fail_job
from tests.factories.joining import make_application
from tests.factories.monitoring import beats, seen
from tests.factories.networks import make_network_rule
from tests.factories.notices import make_notice, sent_notice
from tests.factories.points import (
    make_benefit,
    make_entry,
    make_level,
    make_point_rule,
    make_request,
)
from tests.factories.privacy import make_data_request
from tests.factories.projects import make_project
from tests.factories.review_rules import make_result
from tests.factories.scoring import make_open
from tests.factories.webhooks import make_delivery, make_subscription

MakeRow = Callable[[User, int], Any]  # who reads the list, the how-manieth row


def _shared_department(_reader: User, at: int) -> Any:
    department = make_department(f"共享{at}")
    borrowers = [make_department(f"借用{at}")]
    set_sharing(
        department=department, mode="chosen", borrowers=borrowers, actor=None, now=timezone.now()
    )
    return department


def _expert(_reader: User, at: int, **kw: Any) -> Expert:
    specialty = make_specialty(f"Q{at}")
    return make_expert(
        f"专家{at}", employer=make_unit(), specialties=(specialty,), tags=(make_tag(f"{at}"),), **kw
    )


def _alike(_reader: User, at: int) -> None:
    for _ in range(2):
        make_expert(f"同名{at}", employer=make_unit(), birth_date=date(1980, 1, at + 1))


def _blacklisted(reader: User, at: int) -> None:
    add_to_blacklist(expert=_expert(reader, at), reason="违规", actor=reader, now=timezone.now())


def _asked(_reader: User, at: int) -> None:
    owner = make_user("expert")
    expert = make_expert(f"专家{at}", user=owner, employer=make_unit(), title="工程师")
    values = {"title": "教授", "name": f"新名{at}"}
    change_own(expert=expert, values=values, actor=owner, now=timezone.now())


def _changed(reader: User, at: int) -> None:
    values = {"title": f"工程师{at}"}
    update_expert(expert=_expert(reader, at), values=values, actor=reader, now=timezone.now())


def _payment(reader: User, at: int) -> dict[str, Any]:
    """Payments of one batch."""
    made = make_batch_of([make_paid_to(reader)], reader)
    first = PaymentBatch.objects.order_by("pk")[0]
    if made != first:
        payment = Payment.objects.get(batch=made)
        Payment.objects.create(
            reference=f"{first.number}{at:04}x",
            batch=first,
            line=make_paid_to(reader),
            account=payment.account,
            gross=payment.gross,
            tax=payment.tax,
            amount=payment.amount,
        )
    return {"pk": first.pk}


def _leave(reader: User, at: int) -> None:
    now = timezone.now()
    start, end = now - timedelta(days=1), now + timedelta(days=1)
    file_leave(
        expert=_expert(reader, at), start=start, end=end, reason="出国", actor=reader, now=now
    )


def _excluded(reader: User, at: int) -> dict[str, Any]:
    _expert(reader, at, status=ExpertStatus.FROZEN)
    project = Project.objects.first() or make_ready_project(now=timezone.now())
    return {"pk": project.pk}


def _draw(reader: User, at: int) -> None:
    for number in range(3):
        make_expert(f"专家{at}{number}")
    make_draw(now=timezone.now() + timedelta(days=10 * at), operator=reader, seats=1)


def _project(status: str) -> MakeRow:
    def make(_reader: User, at: int) -> Project:
        return make_project(status, name=f"项目{at}", department=make_department(f"{at} 部"))

    return make


def _archived(reader: User, at: int) -> None:
    project = _project(ProjectStatus.APPROVED)(reader, at)
    archive_project(project=project, note="资料齐全", actor=reader, now=timezone.now())


def _task(reader: User, at: int) -> None:
    assign_task(
        project=_project(ProjectStatus.APPROVED)(reader, at),
        data=TaskData(f"任务{at}", timezone.localdate(), assignee=reader),
        actor=reader,
        now=timezone.now(),
    )


def _batch(_reader: User, at: int) -> None:
    now = timezone.now()
    department = make_department(f"{at} 部")
    make_batch(make_members(72, 96, now=now, department=department), now=now)


def _message(channel: ChannelCode) -> MakeRow:
    def make(reader: User, at: int) -> None:
        (message,) = send_message(
            occasion=INVITATION.code,
            recipient=Recipient(reader.username, reader.name, phone="13800138000"),
            channels=[channel],
            context=INVITATION.placeholders,
            about=make_user(),
            key=f"row-{at}",
            now=timezone.now(),
            kind="",
        )
        Message.objects.filter(pk=message.pk).update(
            state=DeliveryState.DELIVERED,
            sent_at=timezone.now(),
            provider_id=f"{PREFIX}{at}",  # as the development outbox does
        )

    return make


def _exposed(reader: User, at: int) -> None:
    day, now = timezone.localdate(), timezone.now()
    report, _ = ExposureReport.objects.get_or_create(
        start_date=day,
        end_date=day,
        defaults={"requested_at": now, "computed_at": now, "state": ReportState.DONE},
    )
    counts = dict.fromkeys(("eligible", "drawn", "supplemented", "expected", "tail"), 1)
    asked = dict.fromkeys(("asked", "accepted", "declined", "no_answer"), 1)
    ExposureRow.objects.create(
        report=report, expert=_expert(reader, at), residual=at, **counts, **asked
    )
    report.rows_digest = digest_of_rows(report.pk)
    report.save()


def _login(_reader: User, at: int) -> None:
    LoginRecord.objects.create(
        at=timezone.now(),
        account=f"{at}",
        user=make_user(department=make_department(f"{at} 部")),
        address="192.0.2.1",
        outcome=LoginOutcome.SUCCESS,
    )


def _paper(reader: User, at: int) -> None:
    paper = PAPERS["draw_sheet"]
    kind = DictionaryItem.objects.filter(dictionary="project_kind").order_by("pk")[at].name
    upload_template(
        paper=paper,
        project_kind=kind,
        uploaded_file=SimpleUploadedFile("抽取表.xlsx", paper.starter()),
        actor=reader,
        now=timezone.now(),
    )


def _noticed(reader: User, at: int) -> dict[str, Any]:
    """One more addressee of the same notice."""
    row = ExpertNotice.objects.first() or make_notice(actor=reader)
    added = [_expert(reader, at).pk]
    add_addressees(notice=row, experts=added, actor=reader, now=timezone.now())
    return {"pk": row.pk}


def _noticed_himself(reader: User, at: int) -> None:
    """One more notice to the reader, who is an expert as well."""
    mine = Expert.objects.filter(user=reader).first()
    if mine is None:
        HeldRole.objects.create(user=reader, role=ensure_demo_roles()["expert"])
        mine = make_expert()
        give_account(mine, reader)
    sent_notice(mine, actor=reader)


def _inspected(reader: User, at: int) -> dict[str, Any]:
    """A further expert of the round whose list it is."""
    expert = _expert(reader, at)
    row = Round.objects.filter(state="open").first()
    if row is None:
        row = open_one(actor=reader)
    else:
        Inspection.objects.create(round=row, expert=expert, due_on=row.due_date)
    return {"pk": row.pk}


def _own_entry(reader: User, at: int) -> None:
    """One more entry of the reader, who is an expert as well."""
    mine = Expert.objects.filter(user=reader).first()
    if mine is None:
        HeldRole.objects.create(user=reader, role=ensure_demo_roles()["expert"])
        mine = make_expert()
        give_account(mine, reader)
    make_entry(mine)


def _published(reader: User, at: int) -> None:
    steps = (StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审"))
    if at == 0:
        now = timezone.now()
        save_flow(subject="projects.project", steps=steps, actor=reader, now=now)
    make_project(ProjectStatus.PENDING, name=f"项目{at}", department=make_department(f"{at} 部"))


def _result(reader: User, at: int) -> dict[str, Any]:
    """Another result of one item more: nothing is added to one that is there."""
    things = [Thing(f"T-{number}", f"标段{number}", "甲公司") for number in range(1, at + 2)]
    return {"pk": make_result(reader, things=things).review_id}


def _export(reader: User, at: int) -> None:
    now = timezone.now()
    ExportRun.objects.create(
        user=reader,
        exporter="experts.experts",
        title=f"专家{at}",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )


def _import(reader: User, at: int) -> None:
    now = timezone.now()
    ImportRun.objects.create(
        user=reader,
        importer="experts",
        file_name=f"{at}.xlsx",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )


def _item(_reader: User, at: int) -> None:
    DictionaryItem.objects.create(dictionary="education", name=f"学历{at}")


# Lists of pages that are measured elsewhere, or have no rows that become more.
ELSEWHERE: dict[str, str] = {
    "notifications:templates": "a row for each channel of an occasion: declared in code; its texts come by one query",
    "workflow:request_list": "each of its tabs: tests/workflow/test_requests.py",
    **dict.fromkeys(
        (
            "accounts:user_import",
            "experts:update",
            "fees:answers",
            "fees:workload",
            "projects:import",
            "reviews:import",
        ),
        "the same view as experts:import, of another importer",
    ),
}

# A row may answer the arguments of the list's address.
ROWS: dict[str, MakeRow] = {
    "accounts:login_list": _login,
    "monitoring:online": lambda reader, at: beats(make_user(), timezone.now()),
    "monitoring:heat_hours": lambda reader, at: beats(make_user(), timezone.now()),
    "monitoring:visits": lambda reader, at: seen(make_user(), timezone.now()),
    "monitoring:region_list": lambda reader, at: RegionNetwork.objects.create(
        network=f"203.0.{at}.0/24", region="湖南省"
    ),
    "networks:list": lambda reader, at: make_network_rule(f"203.0.113.{at}", by=reader),
    "accounts:token_list": lambda reader, at: make_token(
        make_user("operator", department=make_department(f"{at} 部")), actor=reader
    ),
    "identity:list": lambda _reader, at: make_identity(make_user(username=f"outside{at}")),
    "secondfactor:list": lambda _reader, at: make_user(username=f"second{at}"),
    "accounts:user_list": lambda _reader, at: make_user(
        "operator", department=make_department(f"{at} 部")
    ),
    "audit:entry_list": _project(ProjectStatus.DRAFT),
    "backups:list": lambda _reader, _at: Backup.objects.create(
        name="20261201-020000-full", directory="/mnt", kind="full", started_at=timezone.now()
    ),
    "automation:list": lambda reader, at: make_rule(actor=reader, name=f"规则{at}"),
    "automation:firings": lambda _reader, at: make_firing(department=make_department(f"{at} 部")),
    "automation:errands": lambda _reader, at: make_errand(
        "admin", department=make_department(f"{at} 部")
    ),
    "achievements:list": lambda reader, at: make_achievement(_expert(reader, at)),
    "achievements:platform": lambda reader, at: make_achievement(_expert(reader, at)),
    "notices:detail": _noticed,
    "notices:list": lambda reader, at: sent_notice(_expert(reader, at), actor=reader),
    "notices:own": _noticed_himself,
    "certificates:designs": lambda reader, at: make_design(
        f"样式{at}", types=(f"类{at}",), actor=reader
    ),
    "certificates:list": lambda reader, at: make_certificate(_expert(reader, at)),
    "certificates:missing": _expert,
    "privacy:requests": lambda reader, at: make_data_request(_expert(reader, at)),
    "privacy:erasures": lambda reader, at: _expert(
        reader, at, status=ExpertStatus.DELETED, deleted_by=make_user()
    ),
    "privacy:reads": lambda reader, at: reveal_value(
        expert=_expert(reader, at), field="phone", reason="核实", actor=reader, now=timezone.now()
    ),
    "inspections:list": lambda _reader, _at: make_round(),
    "inspections:renewals": lambda reader, at: ask_one(_expert(reader, at)),
    "inspections:round": _inspected,
    "directory:division_list": lambda _reader, at: make_division(f"99{at}000", f"试验区{at}"),
    "directory:item_list": _item,
    "directory:scheme_list": lambda _reader, at: make_scheme(f"t{at}", f"分类{at}"),
    "directory:title_list": lambda _reader, at: Title.objects.create(name=f"职称{at}", level=1),
    "directory:unit_list": lambda _reader, _at: make_unit(),
    "directory:unit_pairs": lambda _reader, _at: UnitPair.objects.create(
        first=make_unit(), second=make_unit(), likeness=1
    ),
    "draws:exclusions": _excluded,
    "draws:list": _draw,
    "changes:list": _asked,
    "evaluations:list": lambda reader, _at: make_evaluation(reader, now=timezone.now()),
    "evaluations:measures": lambda reader, at: make_rating(_expert(reader, at), reader),
    "evaluations:objections": lambda reader, at: make_objection(
        make_rating(_expert(reader, at, user=make_user("expert")), reader)
    ),
    "evaluations:caution_objections": lambda reader, at: make_caution_objection(
        _expert(reader, at, user=make_user("expert"))
    ),
    "evaluations:ratings": lambda reader, _at: rate_all(
        make_evaluation(reader, now=timezone.now(), seats=1), reader, now=timezone.now()
    ),
    "fees:batches": lambda reader, _at: make_batch_of([make_paid_to(reader)], reader),
    "fees:batch": _payment,
    "fees:accounts": lambda reader, _at: make_account(reader),
    "reviews:list": lambda reader, _at: make_open(reader, now=timezone.now()),
    "fees:list": lambda reader, _at: make_fees(reader, seats=1),
    "fees:projects": lambda reader, _at: make_reviewed(reader, now=timezone.now(), seats=1),
    "experts:alike": _alike,
    "experts:apart": lambda _reader, _at: make_apart(make_expert(), make_expert()),
    "experts:blacklist": _blacklisted,
    "experts:changes": _changed,
    "experts:deleted": lambda reader, at: _expert(
        reader, at, status=ExpertStatus.DELETED, deleted_by=make_user()
    ),
    "experts:employers": _expert,
    "experts:leave_list": _leave,
    "experts:list": _expert,
    "experts:thin": _expert,
    "experts:sharing": _shared_department,
    "experts:tag_list": lambda _reader, at: make_tag(f"分组{at}"),
    "joining:list": lambda _reader, _at: make_application(),
    "notifications:inbox": _message(ChannelCode.SITE),
    "notifications:outbox": _message(ChannelCode.SMS),
    "notifications:records": _message(ChannelCode.SMS),
    "operations:alerts": lambda _reader, at: make_alert(f"检查{at}"),
    "operations:jobs": lambda _reader, _at: fail_job(),
    "papers:list": _paper,
    "points:benefit_list": lambda _reader, at: make_benefit(
        f"服务{at}", level=make_level(f"{at}级", at)
    ),
    "points:entries": lambda reader, at: make_entry(_expert(reader, at)),
    "points:level_list": lambda _reader, at: make_level(f"{at}级", at),
    "points:list": lambda reader, at: make_entry(_expert(reader, at)),
    "points:request_list": lambda reader, at: make_request(_expert(reader, at)),
    "points:rule_list": lambda _reader, at: make_point_rule(list(ReviewFact)[at].value, 5),
    "projects:approvals": _project(ProjectStatus.PENDING),
    "projects:archive_list": _archived,
    "projects:batch_list": _batch,
    "projects:list": _project(ProjectStatus.DRAFT),
    "projects:task_list": _task,
    "reports:exposure": _exposed,
    "reports:ledger": _draw,
    "core:export_list": _export,
    "experts:import": _import,
    "points:own": _own_entry,
    "reviews:result": _result,
    "workflow:notice_list": _published,
    "workflow:approval_list": _project(ProjectStatus.PENDING),
    "webhooks:deliveries": lambda reader, _at: make_delivery(actor=reader, now=timezone.now()),
    "webhooks:list": lambda reader, _at: make_subscription(actor=reader),
}
