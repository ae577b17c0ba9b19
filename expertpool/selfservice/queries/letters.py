"""Invitations as the invited experts see them, and where they see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.urls import reverse

from expertpool.core.text import minutes_text
from expertpool.draws.enums import HOW, DrawKind, InvitationState, ReplyVia
from expertpool.draws.models import Invitation, Rescheduling
from expertpool.draws.queries.asked import mark_of
from expertpool.draws.queries.clock import was_cut_short
from expertpool.draws.queries.meetings import Meeting, coming, meetings_of, next_opening
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.queries.presence import has_come
from expertpool.draws.queries.reschedulings import Unheard, unheard_since
from expertpool.draws.queries.sitting import slots_of
from expertpool.draws.queries.written import is_over
from expertpool.draws.services.calendar import asked_title
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import last_closing


class Stage(Enum):
    """What an invitation is to its expert now."""

    OPEN = "open"  # waits for his answer
    COMING = "coming"  # he agreed
    OVER = "over"  # he agreed, and the review has taken place
    ANSWERED = "answered"  # he declined or took leave
    EXPIRED = "expired"  # he did not answer in time
    CUT = "cut"  # the panel sat before he had had his time to answer
    CANCELLED = "cancelled"  # replaced, or the draw was given up


GONE = (Stage.ANSWERED, Stage.EXPIRED, Stage.CUT, Stage.CANCELLED)
# How somebody is in conflict without a word of his: the panel sat.
BY_THE_CLOCK = (ReplyVia.DEADLINE, ReplyVia.SYSTEM)
TAKEN_BACK = (InvitationState.REPLACED, InvitationState.CANCELLED)


def stage_of(invitation: Invitation, *, now: datetime) -> Stage:
    """Return where ``invitation`` stands for its expert at ``now``."""
    state = invitation.state
    if not invitation.draw.is_valid or state in TAKEN_BACK:
        return Stage.CANCELLED
    if state == InvitationState.UNREACHED:
        return Stage.CUT
    if state == InvitationState.CONFLICT:  # his own word, once he was asked for another time
        if invitation.replied_via in BY_THE_CLOCK:
            return Stage.CUT
        return Stage.ANSWERED if invitation.asked_again_at else Stage.CANCELLED
    if state == InvitationState.INVITED:
        # By the time, whether or not the job that ends it has run.
        if not is_over(invitation, now=now):
            return Stage.OPEN
        is_cut = invitation.reached_at is None or was_cut_short(invitation)
        return Stage.CUT if is_cut else Stage.EXPIRED
    if state == InvitationState.NO_ANSWER:
        return Stage.EXPIRED
    if state != InvitationState.ACCEPTED:
        return Stage.ANSWERED
    return Stage.COMING if now < last_closing(invitation.draw.covered) else Stage.OVER


@dataclass(frozen=True)
class Letter:
    """An invitation as its expert reads it at one moment: the project is named once he agreed.

    Of a batch he reads the ``projects`` for which he is asked, and each of their ``meetings``.
    """

    invitation: Invitation
    stage: Stage
    projects: list[Project]
    meetings: list[Meeting]
    opening_at: datetime  # the next one, or the last when all are over
    signed_in_at: datetime | None = None  # for it, at the place
    # When and where it was as he left, in words, if that changed since: nobody tells him the new one.
    left_before: Mapping[str, str] | None = None

    @property
    def mark(self) -> str:
        """What its answer says that was shown."""
        return mark_of(self.invitation)

    @property
    def was(self) -> Unheard | None:
        """What was another than he had been told when he was asked anew, for whom that is so: as its letter says."""
        if self.invitation.asked_again_at is None:
            return None
        return unheard_since([self.invitation])[self.invitation.pk]

    @property
    def how(self) -> str:
        """How he became an expert of the review, as the letter says it."""
        return HOW[DrawKind(self.invitation.draw.kind)]

    @property
    def is_standby(self) -> bool:
        return self.invitation.is_standby

    @property
    def became(self) -> str:
        """What he became."""
        return "候补评审专家" if self.is_standby else "评审专家"

    @property
    def question(self) -> str:
        return "是否同意候补" if self.is_standby else "是否参加"

    @property
    def deed(self) -> str:
        """What he agrees to do."""
        return "候补" if self.is_standby else "参加"

    @property
    def accept_label(self) -> str:
        return "同意候补" if self.is_standby else "确认参加"

    @property
    def of_meetings(self) -> str:
        """What stands between the time of the next meeting and 评审."""
        return f"等 {len(self.meetings)} 场" if self.more else "的"

    @property
    def coming_title(self) -> str:
        return "候补" if self.is_standby else "参加评审"

    @property
    def answered_at(self) -> datetime | None:
        """When he, or somebody for him, gave the last answer; None where only the time passed."""
        by_itself = self.invitation.replied_via in BY_THE_CLOCK
        return None if by_itself else self.invitation.replied_at

    @property
    def is_open(self) -> bool:
        return self.stage is Stage.OPEN

    @property
    def is_coming(self) -> bool:
        return self.stage is Stage.COMING

    @property
    def names_project(self) -> bool:
        return self.stage in {Stage.COMING, Stage.OVER}

    @property
    def title(self) -> str:
        if self.names_project:
            return self.invitation.draw.title
        return asked_title(self.invitation)

    @property
    def state_label(self) -> str:
        """The state in his words; a draw that was given up, and a deadline just over, count."""
        if self.attended and self.invitation.draw.is_valid:
            return f"已参加 {self.attended} 场，{self._last_state}"
        return self._last_state

    @property
    def attended(self) -> int:
        """In how many reviews of a batch he was before he left it."""
        slots = self.invitation.draw.covered
        return len(slots_of(self.invitation, slots)) if self.stage in GONE else 0

    @property
    def _last_state(self) -> str:
        if self.stage is Stage.CANCELLED:
            return "已取消"
        if self.stage is Stage.EXPIRED:
            return str(InvitationState.NO_ANSWER.label)
        if self.stage is Stage.CUT:
            reached = self.invitation.reached_at is not None
            return "来不及答复" if reached else str(InvitationState.UNREACHED.label)
        if self.stage is Stage.ANSWERED and self.invitation.state == InvitationState.CONFLICT:
            return "改期后不能参加"
        label = self.invitation.get_state_display()
        return f"{label}（候补）" if self.is_standby else label

    @property
    def time_left(self) -> str:
        """How much time he has once the draw goes on, in words; empty where it is not paused: then his
        deadline counts."""
        left = self.invitation.time_left if self.is_open else None
        return "" if left is None else minutes_text(int(left.total_seconds()) // 60)

    @property
    def tone(self) -> str:
        tones = {Stage.OPEN: "amber", Stage.COMING: "green", Stage.OVER: "blue"}
        return tones.get(self.stage, "grey")

    @property
    def first(self) -> Meeting:
        """The meeting that a line of a list shows."""
        return self.meetings[0]

    @property
    def more(self) -> int:
        """How many meetings there are beside that."""
        return len(self.meetings) - 1


def letter_of(invitation: Invitation, *, now: datetime) -> Letter:
    """Return ``invitation`` as its expert reads it now."""
    return _letters_of([invitation], now=now)[0]


def _letters_of(rows: Sequence[Invitation], *, now: datetime) -> list[Letter]:
    stages = {row.pk: stage_of(row, now=now) for row in rows}
    gone = [row for row in rows if stages[row.pk] in GONE and row.replied_at]
    moves = Rescheduling.objects.filter(draw__in={row.draw_id for row in gone}) if gone else []
    asked = {row.pk: _asked_for(row, stages[row.pk], now) for row in rows}
    return [
        Letter(
            row,
            stages[row.pk],
            asked[row.pk],
            meetings_of(asked[row.pk]),
            next_opening(row.draw.covered, now=now),
            row.signed_in_at if has_come(row, now=now) else None,
            _left_before(row, moves) if row in gone else None,
        )
        for row in rows
    ]


def _asked_for(row: Invitation, stage: Stage, now: datetime) -> list[Project]:
    """Return the projects of a batch for which an expert is asked, or agreed to come: whoever is taken
    while it goes on does not come to what has begun before."""
    since = now if stage is Stage.OPEN else row.moved_up_at or row.invited_at
    return [*coming(row.draw.covered, now=since, begun=False)]


def _left_before(row: Invitation, moves: Iterable[Rescheduling]) -> Mapping[str, str] | None:
    """Return what was said of time and place before the first of ``moves`` that came after he left."""
    missed = (
        move
        for move in moves
        if move.draw_id == row.draw_id and row.replied_at and move.moved_at > row.replied_at
    )
    return next((move.before for move in missed), None)


@dataclass(frozen=True)
class Letters:
    """All letters of an expert: those to answer (soonest deadline first), the reviews to come
    (soonest first), and what is over (latest first)."""

    open: list[Letter]
    coming: list[Letter]
    past: list[Letter]


def letters_of(expert: Expert, *, now: datetime) -> Letters:
    found = _letters_of(invitations_of(expert), now=now)
    return Letters(
        open=sorted(
            (letter for letter in found if letter.is_open),
            key=lambda letter: letter.invitation.deadline_at,
        ),
        # Reversed: the soonest comes first of what is to come.
        coming=[letter for letter in reversed(found) if letter.is_coming],
        past=[letter for letter in found if not letter.is_open and not letter.is_coming],
    )


def reply_address(token: str) -> str:
    """Return the path of the page behind a personal link."""
    return reverse("selfservice:reply", args=[token])
