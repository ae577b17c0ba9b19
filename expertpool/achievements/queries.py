"""Which achievements somebody sees, decides on, or finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.achievements.enums import FIELDS, AchievementKind, AchievementState
from expertpool.achievements.models import Achievement
from expertpool.achievements.registry import NAMING
from expertpool.achievements.settings import QUOTA
from expertpool.audit.queries import entries_for
from expertpool.core.configuration import value_of
from expertpool.core.criteria import Choice
from expertpool.core.fields import is_vouched
from expertpool.core.visibility import told_later
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.files.registry import FileSubject, Together
from expertpool.workflow.queries.approvals import waiting_for

SUBJECT = "achievements.achievement"
VIEW, EDIT = "achievements.view", "achievements.edit"
DELETED_NO = "成果编号"  # in entries of the log
State = AchievementState
# What the steps of an approval may ask, and what a return may give reasons for.
CRITERIA = (Choice(code="kind", label="类别", path="kind", choices=AchievementKind.choices),)
LABELS = (
    ("title", "名称"), ("year", "年份"), ("number", "编号"), ("source", "来源"), ("level", "级别"),
    ("authors", "全部完成人"), ("rank", "本人排名"), ("files", "证明材料"),
)  # fmt: skip


def all_shown() -> QuerySet[Achievement]:
    """Return what is approved, of experts in the pool."""
    return Achievement.objects.filter(
        state=State.APPROVED, expert__status=ExpertStatus.FORMAL
    ).select_related("expert__employer")


def shown_to(user: User, code: str = VIEW) -> QuerySet[Achievement]:
    """Return the approved ones of the experts in the scope of ``user``."""
    return all_shown().filter(expert__in=experts_visible_to(user, code))


def filed_for(user: User) -> QuerySet[Achievement]:
    """Return the approved ones of the experts in the scope of ``user``, also of those who are out of the pool: their
    files keep them, though lists and pages of the platform do not show them."""
    rows = Achievement.objects.filter(state=State.APPROVED)
    return rows.filter(expert__in=experts_visible_to(user, VIEW)).select_related("expert__employer")


def standing(rows: Iterable[Achievement]) -> list[Achievement]:
    """Return those of ``rows``, which are shown, that were approved here as they stand and that nobody has deleted
    since: neither a row that somebody writes is shown, nor one of before (docs/decisions/0198)."""
    # Here and not in the statement: the database knows no key.
    found = [one for one in rows if is_vouched(one)]
    entries = entries_for((Expert, {one.expert_id for one in found}))
    gone = entries.filter(action="achievement.delete").values_list(
        f"before__{DELETED_NO}", flat=True
    )
    deleted = set(gone)
    return [one for one in found if one.pk not in deleted]


def known_to_office() -> Q:
    """Return which achievements others than their experts know of: never a draft, nor what was returned, and what was
    handed in once it may be told."""
    return Q(state__in=(State.PENDING, State.APPROVED)) & ~told_later(Achievement)


def managed_by(user: User) -> QuerySet[Achievement]:
    """Return those that ``user`` manages."""
    rows = Achievement.objects.filter(known_to_office())
    rows = rows.filter(expert__in=experts_visible_to(user, EDIT))
    return rows.select_related("expert__employer", "asked_by")


def to_decide(user: User) -> QuerySet[Achievement]:
    """Return those on which ``user`` may decide now."""
    return decidable_by(user).filter(waiting_for(user, SUBJECT))


def decidable_by(user: User) -> QuerySet[Achievement]:
    """Return those that wait and that ``user`` did not hand in himself, whoever decides their step."""
    rows = managed_by(user).filter(state=State.PENDING)
    return rows.exclude(asked_by=user).order_by("asked_at")


def once_managed_by(user: User) -> QuerySet[Achievement]:
    """Return those that ``user`` manages, or did until they were returned or taken back; of these he reads nothing."""
    rows = Achievement.objects.exclude(told_later(Achievement))
    return rows.filter(expert__in=experts_visible_to(user, EDIT))


def achievements_of(expert: Expert) -> QuerySet[Achievement]:
    """Return all of ``expert``, drafts included, for himself."""
    return Achievement.objects.filter(expert=expert).select_related("expert")


def visible_to(user: User) -> QuerySet[Achievement]:
    """Return those whose page ``user`` may open, by whatever right."""
    own, found = expert_for(user), Q(pk__in=[])
    if own is not None and user.has_permission("experts.self"):
        found |= Q(expert=own)
    if user.has_permission(VIEW):
        # Each right by itself: one opens the page where the others do not.
        found |= Q(pk__in=filed_for(user).values("pk"))
    if user.has_permission(EDIT):
        found |= Q(pk__in=managed_by(user).values("pk"))
    return Achievement.objects.filter(found).select_related("expert__employer", "expert")


def may_change(user: User, row: Achievement) -> bool:
    """Tell whether ``user`` may change ``row`` and its files now: its expert while it is open, the office what
    is approved."""
    own = expert_for(user) if user.has_permission("experts.self") else None
    if own is not None and own.pk == row.expert_id:
        return row.is_open
    reach = experts_visible_to(user, EDIT) if user.has_permission(EDIT) else Expert.objects.none()
    return row.state == State.APPROVED and reach.filter(pk=row.expert_id).exists()


def _may_view_file(user: Any, subject_id: str) -> bool:
    return visible_to(user).filter(pk=subject_id).exists()


def _may_edit_file(user: Any, subject_id: str) -> bool:
    row = Achievement.objects.filter(pk=subject_id).first()
    return row is not None and may_change(user, row)


def _counted_together(user: Any, subject_id: str) -> Together:
    """All of its expert: for himself, and for others what they know of."""
    row = Achievement.objects.filter(pk=subject_id).select_related("expert").first()
    if row is None:
        return Together(subject_id, [subject_id])
    rows = achievements_of(row.expert)
    if user is None or user.pk != row.expert.user_id:
        # Their number and size would tell of what he has not handed in.
        rows = rows.filter(known_to_office())
    return Together(
        f"expert:{row.expert_id}", [str(pk) for pk in rows.values_list("pk", flat=True)]
    )


ACHIEVEMENT_FILES = FileSubject(
    SUBJECT,
    may_view=_may_view_file,
    may_edit=_may_edit_file,
    quota=lambda: value_of(QUOTA),
    together=_counted_together,
)


def public_words(row: Achievement) -> Iterator[tuple[str, str]]:
    """What a public notice tells of an achievement, as far as it is filled in: none of its files."""
    labels = labels_of(row.kind)
    words = [(EXPERT_LABEL, row.expert.name), (EMPLOYER_LABEL, str(row.expert.employer or ""))]
    words += [("类别", row.get_kind_display())]
    names = ("title", "year", "number", "source", "level", "authors", "rank")
    words += [(labels[name], str(getattr(row, name) or "")) for name in names]
    yield from ((label, text) for label, text in words if text)


EXPERT_LABEL, EMPLOYER_LABEL = "专家", "工作单位"


def withheld_in_public(row: Achievement) -> list[str]:
    """Return by what a public notice of ``row`` would name its expert, unless he agreed that his name stands on public
    pages: the same consent as for the public page of achievements (docs/decisions/0434, 0469)."""
    if any(row.expert_id in one.allowed({row.expert_id}) for one in NAMING):
        return []
    labels = labels_of(row.kind)
    # By its number anybody looks up whose a patent is.
    return [EXPERT_LABEL, EMPLOYER_LABEL, *(labels[name] for name in ("number", "authors", "rank"))]


def labels_of(kind: str) -> dict[str, str]:
    """Return what the fields of a kind are called."""
    own = FIELDS[AchievementKind(kind)]
    return dict(LABELS) | {"number": own.number, "source": own.source, "level": own.level}
