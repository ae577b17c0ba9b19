"""Reads of applications: whose they are, who reviews them, what conditions ask."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core import criteria as ask
from expertpool.core.configuration import value_of
from expertpool.core.criteria import Context
from expertpool.core.fields import is_vouched, opens
from expertpool.core.subjects import joined_fields
from expertpool.core.subjects.subject import placed
from expertpool.core.text import is_key
from expertpool.customforms.registry import FieldUse
from expertpool.directory.enums import TitleLevel
from expertpool.directory.models import Specialty
from expertpool.directory.queries import specialty_subtree
from expertpool.directory.queries.lists import SPECIALTIES
from expertpool.experts.enums import ExpertKind
from expertpool.experts.fields import EXPERT
from expertpool.experts.queries.accounts import is_of_expert
from expertpool.experts.queries.files import may_view_files
from expertpool.files.registry import FileSubject
from expertpool.joining.enums import OPEN, Channel, State
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import may_change
from expertpool.joining.settings import ALL_FILES_GB, FILES_MB
from expertpool.workflow.queries.approvals import Course, course_of, waiting_for

logger = logging.getLogger(__name__)

SUBJECT = "joining.application"
MOST_FILES = 20
PROOF = "proof"  # the kind of what proves what he says, beside the photograph


def applications_visible_to(user: User) -> QuerySet[Application]:
    """Return what ``user`` may review: all that was ever handed in, otherwise none."""
    if not user.has_permission("joining.review"):
        return Application.objects.none()
    rows = Application.objects.filter(handed_in_at__isnull=False)
    return rows.select_related("recommendation__recommender", "expert", "user")


def applications_to_decide(user: User) -> QuerySet[Application]:
    """Return what ``user`` may decide now."""
    return applications_decidable_by(user).filter(waiting_for(user, SUBJECT))


def applications_decidable_by(user: User) -> QuerySet[Application]:
    """Return what waits and is not ``user``'s own, whoever decides its step."""
    rows = applications_visible_to(user).filter(state=State.PENDING)
    return rows.exclude(user=user).order_by("handed_in_at")


def applications_waiting() -> QuerySet[Application]:
    """Return what waits for anybody."""
    return Application.objects.filter(state=State.PENDING)


def course_of_application(application: Application, *, now: datetime) -> Course | None:
    """Return how ``application`` is being approved, each time that it was handed in, in the words of an
    applicant: what is returned to be corrected is not turned down."""
    returned = State.RETURNED.label
    is_returned = application.state == State.RETURNED
    ended = returned if is_returned else "不通过"
    return course_of(application, now=now, ended=ended, returned=returned)


def application_of(user: User) -> Application | None:
    """Return the application of ``user``: the one that is not over, otherwise the last."""
    rows = Application.objects.filter(user=user).select_related("user", "consent", "recommendation")
    return rows.filter(state__in=OPEN).first() or rows.first()


def is_as_written(application: Application) -> bool:
    """Tell whether this system wrote whose ``application`` is, where it stands and what it says."""
    if opens(application, "contents") and is_vouched(application):
        return True
    logger.error("application %s was not written here as it stands", application.number)
    return False


def is_applicant(user: User) -> bool:
    """Tell whether the account is one that somebody registered to apply: he is none of the office."""
    return Application.objects.filter(user=user).exists()


def applicants_among(users: Collection[int]) -> set[int]:
    """Return those of ``users`` (ids) whose account is an applicant's."""
    return set(Application.objects.filter(user__in=users).values_list("user", flat=True))


def is_his_own(user: User) -> bool:
    """Tell whether the account is that of an applicant who is no expert yet: nobody else sets its password,
    phone or mail, by which one would apply, and consent, for him (docs/decisions/0192)."""
    return is_applicant(user) and not is_of_expert(user)


def _specialty_q(op: str, values: Sequence[str], context: Context) -> Q:
    held = Application.specialties.through.objects.filter(
        application=OuterRef("pk"),
        specialty__in=specialty_subtree(values).values_list("pk", flat=True),
    )
    return Q(Exists(held))


def _names(values: Sequence[str]) -> dict[str, str]:
    valid = [value for value in values if is_key(value)]
    return {
        str(pk): name
        for pk, name in Specialty.objects.filter(pk__in=valid).values_list("pk", "name")
    }


def _source_q(op: str, values: Any, context: Context) -> Q:
    chosen = values if isinstance(values, tuple) else (values,)
    wanted = Q(pk__in=[])
    if "recommendation" in chosen:
        wanted |= Q(recommendation__isnull=False)
    if "application" in chosen:
        wanted |= Q(recommendation__isnull=True)
    return wanted


# Of a record, what its application has in columns of the same names (`services.asked`).
COPIED = ("expert_type", "education", "practice_years", "division")


def copied_fields() -> list[ask.Field]:
    """Return what conditions ask of them, as they ask it of experts."""
    found = {one.code: one for one in EXPERT.criteria()}
    # Its `find` names experts; one row is asked at a time here.
    return [replace(found[code], find=None) for code in ("title", *COPIED)]


def added_fields() -> list[ask.Field]:
    """Return what conditions ask of the fields that the office has added, as far as applicants fill them in."""
    return [
        replace(question, find=None)
        for question, one in zip(
            EXPERT.joined_criteria(), placed(joined_fields(EXPERT.code), "criterion"), strict=True
        )
        if one.applied is not None
    ]


def applications_saying(subject: str, code: str, options: Sequence[str]) -> list[str]:
    """Return, in words, how many applications that wait for a decision say one of ``options`` of a field; who still
    fills one in, or has to correct it, is told by the form."""
    if subject != EXPERT.code:
        return []
    said = (Q(extra__contains={code: value}) for word in options for value in (word, [word]))
    count = Application.objects.filter(Q(*said, _connector=Q.OR), state=State.PENDING).count()
    return [f"{count} 份待审核的入库申请"] if count else []


FIELD_USE = FieldUse("joining", waiting=applications_saying)
SOURCES = (("application", "自行申请"), ("recommendation", "同行推荐"))
# What the steps of an approval may ask.
FIELDS = (
    ask.Choice(code="kind", label="类别", path="kind", choices=ExpertKind.choices),
    ask.Tree(
        code="specialty",
        label="专业",
        match=_specialty_q,
        labels=_names,
        kept_list=SPECIALTIES,
        src=lambda: reverse("directory:specialty_tree"),
        operators=("in", "not_in"),
    ),
    ask.Choice(
        code="title_level",
        label="职称级别",
        path="title_level",
        choices=TitleLevel.choices,
        ordered=True,
    ),
    ask.Choice(code="source", label="来源", match=_source_q, choices=SOURCES),
    ask.Choice(code="channel", label="渠道", path="channel", choices=Channel.choices),
)


def _came_by_q(op: str, values: Any, context: ask.Context) -> Q:
    """Experts who applied themselves, by the channel on which they came."""
    came = Application.objects.filter(expert__isnull=False).order_by()
    if op == "empty":
        return ~Q(pk__in=came.values("expert"))
    chosen = values if isinstance(values, tuple) else (values,)
    return Q(pk__in=came.filter(channel__in=chosen).values("expert"))


# What lists of experts ask of how somebody came in.
OF_EXPERTS = ask.Choice(
    code="channel",
    label="申请渠道",
    match=_came_by_q,
    choices=Channel.choices,
    nullable=True,
)


# --- files --------------------------------------------------------------------------------------


def may_view_materials(user: User) -> bool:
    """Tell whether ``user`` may see what applicants prove things by: whoever sees scans of experts, and whom the
    office lets judge a title by its certificate without showing him the numbers of all experts."""
    return may_view_files(user) or user.has_permission("joining.materials")


def _may_view(user: Any, subject_id: str) -> bool:
    if _own(user, subject_id):
        return True
    return may_view_materials(user) and applications_visible_to(user).filter(pk=subject_id).exists()


def _may_edit(user: Any, subject_id: str) -> bool:
    found = _own(user, subject_id)
    return found is not None and may_change(found, "files")


def _own(user: User, subject_id: str) -> Application | None:
    if not user.is_authenticated or not user.has_permission("joining.apply"):
        return None
    found = Application.objects.select_related("user").filter(user=user, pk=subject_id).first()
    return found if found is not None and is_as_written(found) else None


def _closed(subject_id: str) -> str:
    # Locked: nobody hands it in before the file is stored.
    found = Application.objects.select_for_update(of=("self",)).filter(pk=subject_id).first()
    return "" if found and found.is_editable else "申请已经提交，材料不能再改；退回补正后可以修改。"


FILES = FileSubject(
    SUBJECT,
    may_view=_may_view,
    may_edit=_may_edit,
    closed=_closed,
    quota=lambda: value_of(FILES_MB),
    most=MOST_FILES,
    in_all=lambda: value_of(ALL_FILES_GB) * 1024,
)
