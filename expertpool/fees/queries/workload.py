"""What the records of a review tell of how long each worked, and of how much: proposed where fees are entered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from expertpool.core.text import moment_text
from expertpool.draws.enums import PanelRole
from expertpool.draws.models import Invitation
from expertpool.draws.queries.panel import PanelMember, who_sat, who_was_sent_home
from expertpool.draws.queries.untold import sealed_draws
from expertpool.draws.queries.written import has_signed_in, is_written
from expertpool.experts.queries.availability import day_start
from expertpool.projects.models import Project
from expertpool.reviews.enums import ReviewState
from expertpool.reviews.models import Review, Reviewer, Submission
from expertpool.reviews.queries.progress import signed_in_at
from expertpool.reviews.queries.reviews import is_told_tomorrow, review_of, told_standing
from expertpool.reviews.queries.waiting import why_stopped

DAY = timedelta(days=1)
MISSING = "还没有提交评审结果"
STOPPED = "评审已停止，停止时没有提交评审结果"
UNTOLD = "没有看到他提交的评审结果（今天提交的，有抽取名单还没有公开，明天起可以看到）"


@dataclass(frozen=True)
class Workload:
    """From when to when somebody worked at the meeting, and how many ``items`` he has scored; None: not known, or not told
    yet. ``missing``: in words, that he who scores in a review here has handed in nothing, as far as is told; else empty.
    ``leads``: whether he leads the panel of the review here; None where nobody does. ``came_in``: for another, in mid review."""

    started_at: datetime | None
    ended_at: datetime | None
    items: int
    missing: str = ""
    leads: bool | None = None
    came_in: bool = False


def workload_of(project: Project) -> dict[int, Workload]:
    """Return the workload of who sat in the panel of ``project``, by the line of the draw: he began when he came, not before the
    opening, or when he came in for another, and was done when he had submitted, on the day of the meeting. While names are sealed nothing of today is
    told (docs/decisions/0185)."""
    lines = Invitation.objects.filter(pk__in=who_sat(project)).select_related("draw")
    people = Reviewer.objects.filter(review__project=project, invitation__in=lines)
    reviewers = {
        one.invitation_id: one
        for one in people.select_related("review", "expert", "invitation__draw")
        if not one.is_altered
    }
    standing = told_standing().filter(reviewer__in=reviewers.values())
    submitted = {
        one.reviewer_id: one
        for one in standing.select_related("reviewer__review", "reviewer__expert")
        if not one.is_altered
    }
    today = day_start(timezone.localdate()) if sealed_draws().exists() else None
    leader = next((pk for pk, one in reviewers.items() if one.is_leader and not one.left_at), None)
    found = {}
    untold: dict[int, bool] = {}
    for line in lines:
        reviewer = reviewers.get(line.pk)
        came, joined = _came(line, reviewer), _joined(reviewer)
        came_in = joined is not None
        if today is not None:
            came, joined = (at if at and at < today else None for at in (came, joined))
        handed_in = submitted.get(reviewer.pk) if reviewer else None
        worked = replace(_worked(project, came, joined, handed_in), came_in=came_in)
        if leader is not None:
            worked = replace(worked, leads=line.pk == leader)
        if reviewer is not None and handed_in is None:
            if reviewer.review_id not in untold:
                untold[reviewer.review_id] = is_told_tomorrow(reviewer.review)
            # Of him who has handed in today and of him who has not the same is said.
            worked = replace(worked, missing=_missing(reviewer.review, untold[reviewer.review_id]))
        found[line.pk] = worked
    return found


def _missing(review: Review, is_untold: bool) -> str:
    is_stopped = review.state == ReviewState.STOPPED
    if is_untold:
        return f"评审已停止，{UNTOLD}" if is_stopped else UNTOLD
    return STOPPED if is_stopped else MISSING


def leads_panel(member: PanelMember, worked: Workload | None) -> bool:
    """Tell whether ``member`` leads the panel: as its review says, whose leader may be another than that of the draw."""
    if worked is None or worked.leads is None:
        return member.role == PanelRole.LEADER
    return worked.leads


def stopped_words(project: Project) -> str:
    """Say when the review of ``project`` was stopped, by whom and why; empty where it was not."""
    review = review_of(project)
    if review is None or review.ended_at is None or review.state != ReviewState.STOPPED:
        return ""
    return f"{moment_text(review.ended_at)} 停止：{why_stopped(review)}"


@dataclass(frozen=True)
class SentHome:
    """Why somebody did not sit to the end, in words, and whether it is known, as far as that is told, that he came."""

    words: str
    has_come: bool


def sent_home_of(project: Project) -> dict[int, SentHome]:
    """Return who was sent home from the review of ``project`` (`draws.queries.panel.who_was_sent_home`), by the line."""
    lines = Invitation.objects.filter(pk__in=who_was_sent_home(project)).select_related("draw")
    people = Reviewer.objects.filter(review__project=project, invitation__in=lines)
    noted = {one.invitation_id: one.signed_in_at for one in people if not one.is_altered}
    today = day_start(timezone.localdate()) if sealed_draws().exists() else None
    found = {}
    for line in lines:
        # Who was replaced has signed in as he was; that he agreed no more says nothing against it.
        came = noted.get(line.pk) or (line.signed_in_at if is_written(line) else None)
        has_come = came is not None and (today is None or came < today)
        why = "候补，没有递补" if line.is_standby else "没有评到最后（现场更换、退出）"
        found[line.pk] = SentHome(why, has_come)
    return found


def _came(line: Invitation, reviewer: Reviewer | None) -> datetime | None:
    if reviewer is not None:
        return signed_in_at(reviewer)
    return line.signed_in_at if has_signed_in(line) else None


def _joined(reviewer: Reviewer | None) -> datetime | None:
    """When he came in for another; None where he was asked from the beginning."""
    opened = reviewer and reviewer.review.opened_at
    return reviewer.joined_at if reviewer and opened and reviewer.joined_at > opened else None


def _worked(
    project: Project, came: datetime | None, joined: datetime | None, submitted: Submission | None
) -> Workload:
    # Who signed in before he came in for another stood by at the meeting.
    start = max(came, project.opening_at) if came and came < project.closing_at else joined
    begin = start or project.opening_at
    end = submitted.submitted_at if submitted else None
    is_of_day = end is not None and begin < end < project.opening_at + DAY
    return Workload(start, end if is_of_day else None, len(submitted.content) if submitted else 0)
