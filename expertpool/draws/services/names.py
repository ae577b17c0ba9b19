"""Sealed names: who may read them from when, every look logged, and their release."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    DateTimeField,
    ExpressionWrapper,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Least
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.jobs import defer
from expertpool.draws.enums import SEATED_STATES, AlarmKind, NoteCode, StepReason
from expertpool.draws.events import NamesReleased
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.models import Draw, Invitation, ReleaseRequest, RevealRule
from expertpool.draws.occasions import GONE
from expertpool.draws.queries.conflicts import TIED, last_tie, left_seats
from expertpool.draws.queries.draws import (
    codes_for_draw,
    draws_visible_to,
    sitting_by,
    valid_draws,
)
from expertpool.draws.queries.identity import known_as, open_identity
from expertpool.draws.queries.panel import PanelMember, who_sat, who_was_sent_home
from expertpool.draws.queries.presence import RELEASED, presence_of
from expertpool.draws.queries.reveal import (
    is_authentic,
    is_latest,
    proven_opening,
)
from expertpool.draws.queries.sitting import lines_of, slots_of, state_in
from expertpool.draws.queries.untold import as_text
from expertpool.draws.queries.waiting import (
    still_waiting,
    waiting_for_answers,
    waits_for_answers,
)
from expertpool.draws.services.alarms import Overdue, raise_alarm
from expertpool.draws.services.checking import NONSENSE, check_stopped
from expertpool.draws.services.hands import by_system
from expertpool.draws.services.refusals import log_refusals
from expertpool.draws.services.reveal import FIELDS, set_reveal
from expertpool.draws.services.state import at_head, load_state, write_note
from expertpool.draws.services.telling import WATCHERS, staff_of, tell_staff
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import end_with_subject

# By which somebody sits, and the one that stays of it.
RECORDS = ("expert", "expert__merged_into")


@dataclass(frozen=True)
class NamedRow:
    """One line of a draw with the expert who stands behind it."""

    invitation: Invitation
    expert: Expert

    @property
    def is_seated(self) -> bool:
        return self.invitation.state in SEATED_STATES

    @property
    def sat(self) -> bool:
        """Whether he sits, or sat to the end, in the panel of any project."""
        return bool(slots_of(self.invitation, self.invitation.draw.covered))

    def sits_in(self, projects: Iterable[Project]) -> bool:
        """Tell whether he sits, or sat to the end, in any of ``projects``, or stands by."""
        covered = self.invitation.draw.covered
        return any(state_in(self.invitation, one, covered) in SEATED_STATES for one in projects)


def readable_from(draw: Draw, user: User) -> datetime | None:
    """From when ``user`` may read the names of ``draw``; None: never.

    A role with its own rule reads from that many hours before the opening, others from the
    draw's reveal time. The opening that counts is the one that the proof says: a project can be
    moved in the database.
    """
    if not codes_for_draw(user, draw, ["draws.names"]):
        return None
    return _opens_by(draw, _own_hours(user))


def _opens_by(draw: Draw, hours: Sequence[int]) -> datetime:
    """Return from when those read whose roles have these ``hours`` of their own."""
    if not hours:
        return draw.reveal_at
    # Of several roles the most generous counts.
    own = max(hours)
    if (policy := draw.rule.policy) is not None:
        own = min(own, policy.reveal_earliest)
    opening = proven_opening(draw)
    since = (opening or draw.next_sitting) - timedelta(hours=own)
    # No role reads while not all have signed in, nor earlier than others by an opening without proof.
    waits = opening is None or (policy is not None and policy.reveal_present)
    return max(since, draw.reveal_at) if waits else since


def _own_hours(user: User) -> list[int]:
    """Return the hours of the roles that this system gave ``user``."""
    roles = {grant.role_id for grants in user.grants.values() for grant in grants}
    return list(RevealRule.objects.filter(role__in=roles).values_list("hours", flat=True))


def may_read(draw: Draw, user: User, *, now: datetime) -> bool:
    """Tell whether ``user`` may read the names now; nobody where their time was not set by this
    system, nor while somebody has still to answer."""
    due = is_due(draw, readable_from(draw, user), now=now)
    return due and not waits_for_answers(draw, now=now)


def is_due(draw: Draw, since: datetime | None, *, now: datetime) -> bool:
    """Tell whether the time ``since`` when somebody may read (None: never) has come, if it was set by
    this system. Whoever has still to answer is waited for all the same."""
    return since is not None and now >= since and is_authentic(draw)


def readable_draws(user: User, *, now: datetime) -> QuerySet[Draw]:
    """Return the draws whose names ``user`` may read now: `may_read`, for many draws at once.

    The database cannot tell who wrote the times: only for names that `release` put in clear.
    """
    draws = draws_visible_to(user, "draws.names").filter(~waiting_for_answers(now))
    hours = _own_hours(user)
    if not hours:
        return draws.filter(reveal_at__lte=now)
    # By the policy that was sealed: one who may change it cannot read sealed names by it.
    sealed = KeyTextTransform("reveal_earliest", KeyTransform("policy", "rule_content"))
    earliest = Least(Value(max(hours)), Coalesce(Cast(sealed, IntegerField()), Value(max(hours))))
    opens_by = ExpressionWrapper(
        Value(now) + earliest * Value(timedelta(hours=1)), output_field=DateTimeField()
    )
    present = KeyTextTransform("reveal_present", KeyTransform("policy", "rule_content"))
    due = Q(present="false") | Q(reveal_at__lte=now)
    return draws.alias(
        opens_by=opens_by, present=Coalesce(present, Value("false", output_field=TextField()))
    ).filter(sitting_by(OuterRef("opens_by")), due)


def readable_invitations(user: User, ids: Collection[str]) -> set[str]:
    """Return those of ``ids`` whose names ``user`` may read now: the policy of their messages."""
    now = timezone.now()  # asked by notifications, which knows no clock
    rows = Invitation.objects.filter(pk__in=ids)
    seen = draws_visible_to(user, "draws.names")
    draws = seen.filter(pk__in=rows.values("draw")).select_related("project")
    hours = _own_hours(user)
    due = [draw for draw in draws if is_due(draw, _opens_by(draw, hours), now=now)]
    waiting = still_waiting(due, now=now)
    readable = [draw.pk for draw in due if draw.pk not in waiting]
    return {str(pk) for pk in rows.filter(draw__in=readable).values_list("pk", flat=True)}


def searched_invitations(user: User) -> QuerySet[Any]:
    """Return, as text, the lines by the state of whose messages ``user`` may search: names that were
    released, and that he may read."""
    draws = readable_draws(user, now=timezone.now()).filter(released_at__isnull=False)
    lines = Invitation.objects.filter(draw__in=draws.values("pk"), expert__isnull=False)
    return as_text(lines, "pk")


def read_names(*, draw: Draw, actor: User, now: datetime, purpose: str) -> list[NamedRow]:
    """Return all lines with their experts and log the look.

    Raises NamesSealed before the time; the attempt is logged, too.
    """
    attempt = f"查看名单（{purpose}）"
    is_set = is_latest(draw)
    if not is_set:  # told before the refusal takes back what is written
        raise_alarm(Overdue(draw.pk, AlarmKind.REVEAL), now=now)
    with log_refusals(subject=draw, actor=actor, now=now, attempt=attempt), transaction.atomic():
        if not (is_set and may_read(draw, actor, now=now)):
            when = "全体专家到场签到后" if draw.waits_for_all else "到名单公开时间、邀请都有结果后"
            message = f"名单尚未公开：{when}，有权限的人员才能查看。"
            raise NamesSealed(message)
        record("draw.names", actor=actor, now=now, subject=draw, note=purpose)
        return named_rows(draw)


def read_panel(
    *, draws: Sequence[Draw], actor: User, now: datetime, purpose: str
) -> list[NamedRow]:
    """Do `read_names` for the draws that find one panel: the lines of those that may be read now."""
    return [
        row
        for draw in draws
        if may_read(draw, actor, now=now)
        for row in read_names(draw=draw, actor=actor, now=now, purpose=purpose)
    ]


def read_who_sat(
    *, project: Project, actor: User, now: datetime, purpose: str, sent_home: bool = False
) -> list[tuple[PanelMember, NamedRow]]:
    """Return who sat in the panel of ``project`` to the end (``sent_home``: and behind them who was sent home), with names, in
    the order of the panel, as far as ``actor`` may read them; the look is logged."""
    lines = who_sat(project) | (who_was_sent_home(project) if sent_home else {})
    rows = read_panel(draws=valid_draws(project), actor=actor, now=now, purpose=purpose)
    found = [(lines[row.invitation.pk], row) for row in rows if row.invitation.pk in lines]
    return sorted(found, key=lambda one: one[0].place)


def named_rows(draw: Draw) -> list[NamedRow]:
    """Open all lines of a draw. Only for code that checked the right to read them."""
    invitations = lines_of([draw])
    ids = {row.pk: open_identity(row).expert_id for row in invitations}
    experts = (
        Expert.objects.select_related("employer", "division")
        .prefetch_related("specialty_links__specialty")
        .in_bulk(set(ids.values()))
    )
    return [NamedRow(row, experts[ids[row.pk]]) for row in invitations]


@transaction.atomic
def release(*, draw_id: int, now: datetime, unanswered: bool = False) -> bool:
    """Write the experts behind the lines in clear once the reveal time has come and nobody has still to
    answer (``unanswered``: nor is that waited for, as two persons decided, or as all are here); True if
    it did.

    From then on the draw shows in the experts' own records, with name and employer kept as they are
    now; a request to do it earlier ends. Where somebody sits who has left the pool, who runs the draw
    and who supervises it are told how many.
    Announces NamesReleased. A second run changes nothing; nor does one at a time that this system
    did not set, which raises an alarm.
    """
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    if draw.released_at is not None or draw.ordered_at is None or now < draw.reveal_at:
        return False
    if not is_latest(draw):
        raise_alarm(Overdue(draw.pk, AlarmKind.REVEAL), now=now)
        return False
    if waits_for_answers(draw, now=now) and not unanswered:
        return False
    rows = list(draw.invitations.filter(expert__isnull=True))
    for row in rows:
        row.expert_id = open_identity(row).expert_id
    experts = Expert.objects.select_related("employer").in_bulk([row.expert_id for row in rows])
    for row in rows:
        row.released_as = known_as(experts[row.expert_id])
    Invitation.objects.bulk_update(rows, ["expert", "released_as"])
    end_with_subject(ReleaseRequest, draw, why="名单已公开", now=now)
    set_reveal(draw, reveal_at=draw.reveal_at, released_at=now, by=None)
    draw.save(update_fields=FIELDS)
    # What else opens them says so itself.
    presence = None if unanswered else presence_of(draw, now=now)
    after = (presence.counted if presence else {}) | at_head(_note(draw, now=now))
    record(RELEASED, actor=None, now=now, subject=draw, after=after or None)
    publish(NamesReleased(draw.pk))
    tell_gone(draw_id=draw.pk, now=now)
    # One at a time: the end of the draw asks for the same sheet.
    defer("draws.store_sheet", lock=f"draw-sheet-{draw.pk}", draw_id=draw.pk)
    return True


def _note(draw: Draw, *, now: datetime) -> str:
    """Say in the record that names are open, unless it says by whose step they are; return the head of the chain."""
    if not draw.is_random or not draw.is_valid:  # nothing follows a void
        return ""
    try:
        state = load_state(draw)
        # Nothing is written that would make the record a false one: it says from when names open, too.
        if state.opened is not None or (state.opens_at is not None and now < state.opens_at):
            return ""
        hand = by_system(StepReason.REVEAL_TIME)
        return write_note(draw, NoteCode.RELEASED, hand=hand, now=now)
    except NONSENSE as error:
        # Who has to be there is not kept from it by whoever alters a row: an alarm tells of that.
        vars(error).setdefault("draw_id", draw.pk)
        check_stopped(error)
        return ""


@transaction.atomic
def tell_gone(*, draw_id: int, now: datetime) -> None:
    """Tell who runs the draw and who watches over it how many of those who sit have left the pool, were
    sent on leave by the office, or may not sit since units were merged or they work for another; once for each time. Only those who may read the names: who knows whom he froze
    would read one in the number (docs/decisions/0097)."""
    draw = Draw.objects.select_related("project", "operator").get(pk=draw_id)
    gone = left_seats([draw], now=now)
    if not gone:
        return
    last = Invitation.objects.filter(pk__in=gone).aggregate(
        *(Max(f"{record}__updated_at") for record in RECORDS),
        *(Max(f"{record}__leaves__created_at") for record in RECORDS),
        *(Max(f"{record}__avoidance_units__created_at") for record in RECORDS),
    )
    merged = last_tie(draw, [seat for seat, words in gone.items() if words == TIED])
    left = max(filter(None, [*last.values(), merged]))
    users = {user.pk: user for user in [draw.operator, *staff_of(draw, *WATCHERS)]}
    readers = [user for user in users.values() if may_read(draw, user, now=now)]
    context = {"抽取编号": draw.number, "项目名称": draw.title, "人数": str(len(gone))}
    key = f"gone:{draw.pk}:{len(gone)}:{left:%Y%m%d%H%M%S}"
    tell_staff(GONE, readers, about=draw, context=context, key=key, now=now)
