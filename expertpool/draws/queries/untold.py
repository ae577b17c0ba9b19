"""What the log and the records of sign-ins tell only once names are released (docs/decisions/0088).

When somebody answered, or a seat was filled after it, and who of the experts signed in then, would
together say who answered.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from expertpool.accounts.queries import CHOSEN
from expertpool.core.visibility import Later
from expertpool.draws.enums import DrawKind
from expertpool.draws.models import Draw, DrawProject, Invitation
from expertpool.draws.occasions import POOL_CHANGED
from expertpool.experts.enums import ChangeVia
from expertpool.experts.models import Expert
from expertpool.experts.occasions import ACCOUNT, ASKED
from expertpool.experts.queries.accounts import ACTIVATIONS
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.files import ADMISSION, ADMISSION_PHOTO
from expertpool.joining.occasions import LINKS
from expertpool.notifications.queries.messages import READS
from expertpool.notifications.queries.wechat import ENDED
from expertpool.notifications.services.account_acts import ACTED

# What nobody did by hand: an expert by himself, the clock, or what followed.
OF_ANSWERS = (
    "draw.reply",
    "draw.supplement",
    "draw.unseat",
    "draw.end",
    "draw.sign_in",
    "project.draw_state",
)
# What an expert told a clerk: asked for, turned down, and recorded by two.
BY_HAND = ("draw.reply", "draw.reply_request", "draw.reply_refuse")
# What says how many could be drawn.
COUNTS = ("draw.prequery", "draw.look_ahead")


def sealed_draws() -> QuerySet[Draw]:
    """Return the draws in which experts were asked whose names are not released."""
    return Draw.objects.filter(ordered_at__isnull=False, released_at__isnull=True).order_by()


def untold_entries() -> Q:
    """What experts did, and what followed from it, while their names are sealed."""
    own = Q(actor__in=_experts()) | Q(actor=None, action="file.download")
    # Who has no account, or is on the blacklist, confirms a notice and appeals by a link.
    own |= Q(actor=None, action__in=("expert.appeal", "notice.confirm"))
    # That somebody had bound his WeChat, where it ended with his access.
    own |= Q(actor=None, action=ENDED)
    # What his wrong passwords led to, and that he forgot his own.
    own |= Q(
        action__in=("user.lock", "user.ask_link"),
        subject_type="accounts.user",
        subject_id__in=_account_ids(),
    )
    # By their own draw: another that is still sealed holds back nothing of one that is open.
    draws = sealed_draws()
    lines = Invitation.objects.filter(draw__in=draws)
    projects = DrawProject.objects.filter(draw__in=draws)
    followed = (
        Q(subject_type="draws.draw", subject_id__in=as_text(draws, "pk"))
        | Q(subject_type="draws.invitation", subject_id__in=as_text(lines, "pk"))
        | Q(subject_type="projects.project", subject_id__in=as_text(projects, "project"))
    )
    answers = Q(actor=None, action__in=OF_ANSWERS) | Q(action__in=BY_HAND)
    return Q(at__gte=_sealed_since()) & (own | (answers & followed)) | _untold_counts()


def _untold_counts() -> Q:
    """What was counted before a seal, while `Draw.tells_counts` says that it is not told."""
    sealed = DrawProject.objects.filter(
        draw__kind=DrawKind.RANDOM, draw__released_at__isnull=True
    ).order_by()
    before = sealed.annotate(as_text=Cast("project", CharField())).filter(
        as_text=OuterRef("subject_id"), draw__sealed_at__gte=OuterRef("at")
    )
    return Q(
        Exists(before),
        action__in=COUNTS,
        subject_type="projects.project",
        subject_id__in=as_text(sealed, "project"),
    )


def untold_sign_ins() -> Q:
    """Attempts to sign in to the accounts of experts."""
    return Q(at__gte=_sealed_since(), user__in=_experts())


def untold_seen() -> Q:
    """Heartbeats and opened pages of the accounts of experts, which are kept to the hour."""
    since = ExpressionWrapper(_sealed_since() - timedelta(hours=1), DateTimeField())
    return Q(at__gte=since, user__in=_experts())


def untold_presence() -> Q:
    """Which experts are at their accounts now."""
    return Q(Exists(sealed_draws()), user__in=_experts())


def untold_last_sign_ins() -> Q:
    """The accounts of experts while names are sealed, whether they signed in since or not: else that would say so."""
    return Q(Exists(sealed_draws()), pk__in=_experts())


def untold_own_rows() -> Q:
    """Leaves and relations that experts filed themselves: one about a time or a project of a sealed draw
    says who gave his seat up."""
    return Q(is_own=True, created_at__gte=_sealed_since())


def untold_removed() -> Q:
    """Of such rows what experts took away themselves, by the same rule: it stays for others until then."""
    return Q(removed_at__gte=_sealed_since())


def untold_removals() -> Q:
    """What experts asked today: the office has to decide it, and needs no minute for that."""
    return Q(asked_at__gte=_sealed_since()) & Q(asked_at__gte=day_start(timezone.localdate()))


def untold_own_requests() -> Q:
    """What experts, not the office for them, handed in today: yearly inspections, changes; by the same rule."""
    return untold_removals() & Q(asked_by__in=_experts())


def untold_versions() -> Q:
    """What experts changed of their records today, by the same rule: the values stand in the record at once."""
    own = Q(via=ChangeVia.OWN, at__gte=_sealed_since())
    return own & Q(at__gte=day_start(timezone.localdate()))


def untold_files() -> Q:
    """What experts put into their own records today, by the same rule; what they were admitted by the office has
    seen before."""
    own = Q(subject_type=Expert._meta.label_lower, created_by__in=_experts())
    own &= ~Q(kind__in=(ADMISSION, ADMISSION_PHOTO))
    today = Q(created_at__gte=day_start(timezone.localdate()))
    return own & today & Q(created_at__gte=_sealed_since())


def untold_receipts() -> Q:
    """Which notices of the office experts opened or confirmed today, by the same rule: who was at his account."""
    return Q(at__gte=_sealed_since()) & Q(at__gte=day_start(timezone.localdate()))


def untold_activations() -> Q:
    """Which experts chose the password of a link today, by the same rule: who was just drawn signs up within minutes."""
    today = Q(activated_at__gte=day_start(timezone.localdate()))
    # Who was admitted with the account by which he applied was sent no link.
    return today & Q(activated_at__gte=_sealed_since(), link_sent_at__isnull=False)


def untold_chosen_passwords() -> Q:
    """The accounts of these experts: for others they still wait for it."""
    chosen = Expert.objects.filter(untold_activations(), user__isnull=False).order_by()
    return Q(pk__in=chosen.values("user"))


def untold_signatures() -> Q:
    """What experts signed today, by the same rule: finance pays no sooner for it."""
    return Q(signed_at__gte=_sealed_since()) & Q(signed_at__gte=day_start(timezone.localdate()))


def untold_submissions() -> Q:
    """Which sheets experts submitted today, by the same rule."""
    return Q(submitted_at__gte=_sealed_since()) & Q(
        submitted_at__gte=day_start(timezone.localdate())
    )


def untold_files_gone() -> Q:
    """What experts removed of their own records today, by the same rule: it stays for others until then."""
    today = Q(removed_at__gte=day_start(timezone.localdate()))
    return today & Q(removed_at__gte=_sealed_since())


def untold_letters() -> Q:
    """Messages to whoever sits: how one fared would tell whose it is; and what supervisors are told of
    their number."""
    draws = sealed_draws()
    if not draws.exists():
        return Q(pk__in=[])
    lines = Invitation.objects.filter(draw__in=draws)
    # Supervisors alone are told how many turns were lost by a change of the pool.
    changed = Q(occasion=POOL_CHANGED.code, about_type="draws.draw")
    # Who recommends a colleague is at his account.
    own = Q(about_type=LINKS, created_at__gte=_sealed_since())
    # Who sets up a second step of his sign-in, or uses one up, is there, too.
    own |= Q(
        occasion=ACTED.code,
        about_type="accounts.user",
        about_id__in=_account_ids(),
        created_at__gte=_sealed_since(),
    )
    # Who asks for a link to choose another password.
    own |= Q(about_type=ACCOUNT, key__startswith=ASKED, created_at__gte=_sealed_since())
    return (
        Q(about_type="draws.invitation", about_id__in=as_text(lines, "pk"))
        | changed & Q(about_id__in=as_text(draws, "pk"))
        | own
    )


def untold_reads() -> Q:
    """Who has read what since: no column says which of the readers are experts."""
    return Q(read_at__gte=_sealed_since())


LATER = (
    Later("draws.letters", "notifications.message", untold_letters),
    Later("draws.reads", READS, untold_reads),
    Later("draws.entries", "audit.entry", untold_entries),
    Later("draws.heartbeats", "monitoring.heartbeat", untold_seen),
    Later("draws.visits", "monitoring.visit", untold_seen),
    Later("draws.presence", "monitoring.lastbeat", untold_presence),
    Later("draws.sign_ins", "accounts.loginrecord", untold_sign_ins),
    Later("draws.leaves", "experts.leave", untold_own_rows),
    Later("draws.relations", "experts.avoidanceunit", untold_own_rows),
    Later("draws.removals", "experts.avoidanceremoval", untold_removals),
    Later("draws.appeals", "experts.blacklistappeal", untold_removals),
    Later("draws.changes", "changes.changerequest", untold_own_requests),
    Later("draws.achievements", "achievements.achievement", untold_removals),
    Later("draws.receipts", "notices.receipt", untold_receipts),
    Later("draws.privacy", "privacy.datarequest", untold_removals),
    Later("draws.renewals", "inspections.renewal", untold_removals),
    Later("draws.inspections", "inspections.inspection", untold_own_requests),
    Later("draws.careers", "changes.career", untold_own_rows),
    Later("draws.works", "changes.work", untold_own_rows),
    Later("draws.files_gone", "files.attachment.removed_at", untold_files_gone),
    Later("draws.relations_gone", "experts.avoidanceunit.removed_at", untold_removed),
    Later("draws.careers_gone", "changes.career.removed_at", untold_removed),
    Later("draws.works_gone", "changes.work.removed_at", untold_removed),
    Later("draws.files", "files.attachment", untold_files),
    Later("draws.versions", "experts.expertversion", untold_versions),
    Later("draws.activations", ACTIVATIONS, untold_activations),
    Later("draws.passwords", CHOSEN, untold_chosen_passwords),
    Later("draws.last_sign_ins", "accounts.user", untold_last_sign_ins),
)


def _sealed_since() -> Combinable:
    """Since when there is a draw whose names are sealed, as part of the statement that asks; far ahead
    where there is none."""
    first = sealed_draws().order_by("ordered_at").values("ordered_at")[:1]
    return Coalesce(Subquery(first), Value(datetime.max.replace(tzinfo=UTC)))


def _experts() -> QuerySet[Expert, Any]:
    """The accounts of experts, whether they sit anywhere or not: else this list would tell."""
    return Expert.objects.filter(user__isnull=False).order_by().values("user")


def _account_ids() -> QuerySet[Expert, Any]:
    return as_text(Expert.objects.filter(user__isnull=False), "user")


def as_text(rows: QuerySet[Any], key: str) -> QuerySet[Any, Any]:
    """The keys as the log has them."""
    keys: QuerySet[Any, Any] = rows.order_by().annotate(as_text=Cast(key, CharField()))
    return keys.values("as_text")
