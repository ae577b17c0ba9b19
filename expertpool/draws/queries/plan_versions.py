"""The versions of a plan: what differs, what waits for approval, and which one may be sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONArray

from expertpool.accounts.models import User
from expertpool.audit.services import changed
from expertpool.core.criteria import Choice, Number
from expertpool.core.crypto import proof
from expertpool.core.text import moment_text
from expertpool.core.timeline import TimelineEntry
from expertpool.draws.exceptions import PlanChanged
from expertpool.draws.models import ConditionGroup, Draw, DrawPlan, PlanVersion
from expertpool.draws.queries.draws import projects_to_draw
from expertpool.notifications.services.sending import Recipient
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project
from expertpool.projects.queries.applicants import last_editors
from expertpool.projects.queries.batches import members_of
from expertpool.workflow.queries.approvals import reasons_in_words, rejection_of, waiting_for

SUBJECT = "draws.planversion"
PLAN_WORDS = "plan_words"  # in the rule, beside the number of the version
NOT_SUBMITTED = PlanVersion().state
# What the steps of an approval may ask.
FIELDS = (
    Choice(code="regime", label="适用制度", path="plan__project__regime", choices=Regime.choices),
    Number(code="budget", label="预算", path="plan__project__budget", nullable=True),
)

# For what of it a return may give reasons, one by one: as the tab of a plan shows it.
PARTS = (
    ("groups", "条件组和条件"),
    ("seats", "人数和候补人数"),
    ("caps", "同一单位和参评次数的限制"),
    ("contributors", "随机值提供人"),
    ("inviting", "答复时限和邀请渠道"),
    ("leave", "最晚请假"),
    ("reveal", "名单公开的时间"),
)


def version_of(plan: DrawPlan) -> PlanVersion | None:
    """Return the version as which ``plan`` stands; None where it was never saved."""
    rows = PlanVersion.objects.select_related("made_by", "submitted_by")
    return _of(plan, rows.filter(plan=plan, number=plan.version).first())


def _of(plan: DrawPlan, version: PlanVersion | None) -> PlanVersion | None:
    if version is not None:
        # The plan in hand: the same row is not read a second time.
        version.plan = plan
    return version


def makers_of(draw: Draw, number: int) -> set[int]:
    """Return who made version ``number`` of the plan of ``draw``, and who handed it in (ids)."""
    rows = PlanVersion.objects.filter(plan__project=draw.project_id, number=number)
    return {pk for pair in rows.values_list("made_by", "submitted_by") for pk in pair if pk}


def makers_of_version(version: PlanVersion) -> set[int]:
    """Return who counts as applicant of ``version`` (ids): who made it, handed it in, or last changed what
    one of its projects avoids or with which others it is drawn."""
    editors = last_editors(members_of(version.plan.project))
    return {pk for pk in (version.made_by_id, version.submitted_by_id, *editors) if pk}


def applicant_of(version: PlanVersion) -> Recipient | None:
    """Return who handed ``version`` in, and is told what came of it."""
    user = version.submitted_by
    return Recipient.of_account(user) if user else None


def standing_plan(**condition: Any) -> Exists:
    """Projects whose plan, or that of the lead of their batch, meets ``condition`` as it stands."""
    lead = Q(plan__project=OuterRef("pk"))
    lead |= Q(plan__project__leads_batch=True, plan__project__batch=OuterRef("batch"))
    return Exists(PlanVersion.objects.filter(lead, number=F("plan__version"), **condition))


def was_returned() -> Exists:
    """Projects to whose plan, or to one that was handed in for them, an approver said no (`returned_among`)."""
    own = Q(plan__project=OuterRef("pk"))
    told = Q(covers__contains=JSONArray(JSONArray(OuterRef("pk"))))
    return Exists(PlanVersion.objects.filter(own | told, returned_at__isnull=False))


def approved_version(plan: DrawPlan) -> PlanVersion | None:
    """Return the version as which ``plan`` stands if it was approved here, with what it holds now, for
    the projects that are drawn by it now."""
    rows = PlanVersion.objects.filter(plan=plan, number=plan.version, approved=True)
    found = _of(plan, rows.first())
    return found if found and is_approved(found) else None


def returned_among(projects: Sequence[Project]) -> PlanVersion | None:
    """Return the latest plan to which an approver said no and that was of one of ``projects`` or for it, be it that
    of another lead: from then on they are drawn only by what he approves (docs/decisions/0243)."""
    keys = [one.pk for one in projects]
    said = Q(plan__project__in=keys)
    for key in keys:
        said |= Q(covers__contains=[[key]])
    rows = PlanVersion.objects.filter(said, returned_at__isnull=False)
    return rows.select_related("plan__project").order_by("-returned_at", "-pk").first()


# What is no part of what a plan says: whose it is, and that it was changed.
_NOT_SAID = ("id", "project", "updated_at", "version")


def content_of(plan: DrawPlan) -> list[Any]:
    """Return what a draw by ``plan`` would go by: its settings, groups and conditions, as stored. A setting
    as it usually is goes without saying, so that one more column leaves what was approved."""
    columns = [one for one in plan._meta.concrete_fields if one.name not in _NOT_SAID]
    groups = ConditionGroup.objects.filter(plan=plan).prefetch_related("levels")
    return [
        {
            one.name: value
            for one in columns
            if (value := one.value_from_object(plan)) != one.get_default()
        },
        [
            [
                *(group.order, group.name, group.seats, group.standby_seats),
                [[one.level, one.criteria] for one in group.levels.all()],
            ]
            for group in groups
        ],
    ]


def digest_of_words(words: Mapping[str, Any]) -> str:
    """Return by what a seal names the words of a version."""
    said = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()


def proof_of(version: PlanVersion) -> bytes:
    """Return what proves that ``version``, which never changes, was approved here with what its plan
    holds now, by a key outside the database: rows of groups and conditions have no proof of their own."""
    plan = version.plan
    # With the project: a plan that was led to another one has not been approved there.
    said = [plan.project_id, version.number, content_of(plan), version.covers]
    return proof("draws.plan_content", said)


def is_proven(version: PlanVersion) -> bool:
    """Tell whether ``version``, as which its plan stands, was approved by this system as it is."""
    return bool(version.approved) and bytes_eq(bytes(version.approval_proof), proof_of(version))


def is_approved(version: PlanVersion) -> bool:
    """Tell whether that approval counts: the projects are still those that its approver read of."""
    return is_proven(version) and version.covers == covers_of(members_of(version.plan.project))


def changed_unseen(version: PlanVersion | None, projects: Sequence[Project]) -> str:
    """Say that ``version``, which nobody approved, is another than the one that stood when ``projects`` were approved;
    empty where it is not, or there was none yet."""
    decided = [one.decided_at for one in projects if one.decided_at]
    if version is None or not decided or version.made_at <= max(decided):
        return ""
    if not PlanVersion.objects.filter(plan=version.plan_id, made_at__lte=max(decided)).exists():
        return ""
    return (
        f"项目 {moment_text(max(decided))} 审核通过之后，{version.made_by} 于 {moment_text(version.made_at)} "
        f"改过抽取方案（第 {version.number} 版），改动没有经过审核"
    )


def sealed_unseen(draw: Draw) -> str:
    """Say the same of the version that ``draw`` was sealed by."""
    rule = draw.rule
    if rule.plan_approved_at:
        return ""
    rows = PlanVersion.objects.filter(plan__project=draw.project_id, number=rule.plan_version or 0)
    return changed_unseen(rows.select_related("made_by").first(), draw.covered)


def covers_of(projects: Iterable[Project]) -> list[list[Any]]:
    """Return what an approval names ``projects`` by: each as it was approved, since one that was taken
    back may avoid less when it is approved again (docs/decisions/0163)."""
    return [
        [one.pk, one.decided_at.astimezone(UTC).isoformat() if one.decided_at else ""]
        for one in sorted(projects, key=lambda one: one.pk)
    ]


def other_projects(version: PlanVersion) -> str:
    """Say how the projects of the plan differ from those that ``version`` was handed in for; empty:
    they do not."""
    members = {one.pk: one for one in members_of(version.plan.project)}
    told = dict(version.covers)
    now = dict(covers_of(members.values()))
    left = Project.objects.filter(pk__in=told.keys() - now.keys())
    return "，".join(
        f"「{'」「'.join(names)}」{what}"
        for what, names in (
            ("加入了批次", [members[pk].name for pk in now if pk not in told]),
            ("移出了批次", [one.name for one in left]),
            (
                "撤回后重新审核过",
                [members[pk].name for pk in now if told.get(pk, now[pk]) != now[pk]],
            ),
        )
        if names
    )


GROUPS = "条件组"  # under which `services.plan.plan_in_words` keeps them


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say otherwise, in words."""

    label: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between the words of two versions, each group and level by itself: a plan on one line is
    searched by eye for what is another."""
    values = changed(_by_line(before), _by_line(after))
    return [
        Difference(name, plan_text(values["before"][name]), plan_text(values["after"][name]))
        for name in values["after"]
    ]


def _by_line(words: Mapping[str, Any]) -> dict[str, Any]:
    lines: dict[str, Any] = {GROUPS: []}
    for at, group in enumerate(words.get(GROUPS) or [], start=1):
        name = str(group["名称"])
        if name in lines[GROUPS]:  # as often as somebody likes
            name = f"{name}（第 {at} 组）"
        lines[GROUPS].append(name)
        lines[f"「{name}」人数"] = group["人数"]
        lines[f"「{name}」候补"] = group.get("候补人数")
        for level, text in enumerate(group["条件"], start=1):
            lines[f"「{name}」第 {level} 级次"] = text or "不限"
    return lines | {label: value for label, value in words.items() if label != GROUPS}


def plan_text(value: Any) -> str:
    """Return one value of a plan's words as text."""
    if value is None or value in ("", []):
        return "无"
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Returned:
    """To what an approver said no, and how the plan differs from it as it stands."""

    version: PlanVersion
    by: str
    note: str
    differences: list[Difference]

    @property
    def title(self) -> str:
        return f"第 {self.version.number} 版曾被退回，此后须审核通过才能抽取"

    @property
    def text(self) -> str:
        said = f"{self.by} 于 {moment_text(self.version.returned_at)} 退回：{self.note}"
        since = "；".join(
            f"{one.label}由 {one.before} 改为 {one.after}" for one in self.differences
        )
        return f"{said.rstrip('。')}。退回之后的改动：{since or '内容没有改动'}。"


def returned_told(standing: PlanVersion) -> Returned | None:
    """Return what whoever decides on ``standing``, or draws by it, has to know of the no that was said before."""
    version = returned_among(members_of(standing.plan.project))
    if version is None:
        return None
    return Returned(
        version,
        *_said_against(version),
        differences(version.words, standing.words),
    )


def _said_against(version: PlanVersion) -> tuple[str, str]:
    """Return who said no to ``version`` last, and what: his note, and his reasons one by one."""
    said = rejection_of(version)
    if said is None:
        return "审核人", ""
    parts = (said.note.rstrip("。"), reasons_in_words(SUBJECT, said.fields))
    return said.who, "；".join(filter(None, parts))


def mark_of(projects: Sequence[Project]) -> str:
    """Return what names, beside a version, of which project, the first of ``projects``, a page showed the plan, and for
    which of them, each as it was approved: in a batch another may lead by now, with a version of the same number."""
    return sha256(json.dumps([projects[0].pk, covers_of(projects)]).encode()).hexdigest()[:32]


def check_mark(plan: DrawPlan, projects: Sequence[Project], seen: str | None) -> None:
    """Refuse (PlanChanged) to go on with another plan, or for other projects, than were ``seen`` by their mark; None:
    nobody says what he has seen."""
    if seen is None or seen == mark_of(projects):
        return
    names = "」「".join(one.name for one in projects)
    raise PlanChanged(
        "您打开页面之后，批次的项目、主项目或项目的审核有变动："
        f"现在按「{projects[0].name}」的方案（第 {plan.version} 版），用于「{names}」。请核对后再操作。",
        plan.version,
    )


def check_version(plan: DrawPlan, seen: int) -> None:
    """Refuse (PlanChanged) to go on with what was ``seen`` when the plan has another version now."""
    if plan.version == seen:
        return
    rows = {row.number: row for row in plan.versions.filter(number__in=(seen, plan.version))}
    latest, known = rows.get(plan.version), rows.get(seen)
    if latest is None:
        raise PlanChanged("抽取方案已经变动，请刷新页面核对。", plan.version)
    told = (
        "；".join(
            f"{one.label}由 {one.before} 改为 {one.after}"
            for one in differences(known.words, latest.words)
        )
        if known
        else ""
    )
    message = (
        f"您打开页面之后，{latest.made_by} 于 {moment_text(latest.made_at)} 改过抽取方案"
        f"（现为第 {latest.number} 版）{f'：{told}' if told else ''}。请核对后再操作。"
    )
    raise PlanChanged(message, plan.version)


def history_of(plan: DrawPlan) -> list[TimelineEntry]:
    """Return all versions of ``plan`` with what each changed, the latest first."""
    rows = list(PlanVersion.objects.filter(plan=plan).select_related("made_by"))
    earlier = [*rows[1:], None]
    return [
        TimelineEntry(
            at=row.made_at,
            title=f"第 {row.number} 版",
            who=f"{row.made_by}　{row.state}",
            note="\n".join(
                [
                    _change_in_words(row, old),
                    *([_returned_in_words(row)] if row.returned_at else []),
                ]
            ),
            tone="green" if row.approved else "blue",
        )
        for row, old in zip(rows, earlier, strict=True)
    ]


def _change_in_words(row: PlanVersion, old: PlanVersion | None) -> str:
    if old is None:
        return "首次保存"
    changes = (
        f"{one.label}：{one.before} → {one.after}" for one in differences(old.words, row.words)
    )
    return "\n".join(changes) or "条件的写法有改动，文字相同"


def _returned_in_words(row: PlanVersion) -> str:
    by, note = _said_against(row)
    return f"{by} 于 {moment_text(row.returned_at)} 退回：{note}"


def undecided_plans() -> QuerySet[PlanVersion]:
    """Return the versions that wait for a decision of somebody."""
    return PlanVersion.objects.filter(submitted_at__isnull=False, decided_at__isnull=True)


def plans_to_decide(user: User) -> QuerySet[PlanVersion]:
    """Return the versions that wait for a decision of ``user``."""
    return plans_decidable_by(user).filter(waiting_for(user, SUBJECT))


def plans_decidable_by(user: User) -> QuerySet[PlanVersion]:
    """Return the versions in ``user``'s scope that are not his own, whoever decides their step."""
    projects = projects_to_draw(user, "draws.approve_plan")
    rows = undecided_plans().filter(plan__project__in=projects)
    own = Q(submitted_by=user) | Q(made_by=user)
    return rows.exclude(own).select_related("plan__project", "submitted_by").order_by("pk")
