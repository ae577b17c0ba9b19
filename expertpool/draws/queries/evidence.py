"""What proves how the experts of a project were found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.fields import readable
from expertpool.draws.enums import SUPPLIED
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import draws_of
from expertpool.draws.queries.panel_state import state_words, with_panel
from expertpool.draws.queries.plan_versions import sealed_unseen
from expertpool.draws.queries.publicity import may_have_record
from expertpool.draws.queries.recordings import may_record_screen
from expertpool.draws.queries.tabs import notices_of
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of, is_evidence, may_view
from expertpool.notifications.occasions import occasion_label
from expertpool.projects.models import Project
from expertpool.telephone.queries import heard_calls


@dataclass(frozen=True)
class Evidence:
    """A draw of a project with the files that belong to it, as far as somebody may read them.

    ``has_record``: it ended, and names are released, so that he may recompute it. ``withheld``: how many sheets, and how many of
    those files that people kept with it, this reader may not open (yet). ``may_add``: whether he may keep more.
    """

    draw: Draw
    sheets: list[Attachment]
    withheld: int
    supplied: list[Attachment]
    supplied_withheld: int
    may_add: bool

    @property
    def current(self) -> list[Attachment]:
        """Those of the sheets that say who sits now; the others are of an earlier end."""
        since = kept_since(self.draw)
        return [one for one in self.sheets if since and one.created_at >= since]

    @property
    def state(self) -> str:
        return state_words(self.draw)

    @property
    def plan_told(self) -> str:
        """That nobody approved the plan that it was sealed by, which was changed after its project's approval."""
        return sealed_unseen(self.draw) if self.draw.is_random else ""

    @property
    def has_record(self) -> bool:
        return may_have_record(self.draw)

    @property
    def recorded_at(self) -> datetime:
        """When the last event of the record was: some come after the end."""
        at: datetime = self.draw.recorded_at  # type: ignore[attr-defined] # annotated
        return at


def kept_since(draw: Draw) -> datetime | None:
    """Return since when a kept sheet is of the last end of ``draw``; None while there can be none: it goes
    on, or its names are sealed."""
    if draw.ended_at is None or draw.released_at is None:
        return None
    return max(draw.ended_at, draw.released_at)


def current_sheets(draw: Draw, kind: str) -> QuerySet[Attachment]:
    """Return the kept sheets of ``kind`` that are of the last end of ``draw``."""
    since, kept = kept_since(draw), attachments_of(draw, kind)
    return kept.filter(created_at__gte=since) if since else kept.none()


def evidence_of(project: Project, user: User) -> list[Evidence]:
    """Return every draw of ``project``, void ones and those of its batches too, the latest first."""
    found = []
    for draw in with_panel(draws_of(project)).annotate(recorded_at=Max("events__at")):
        kept = list(attachments_of(draw))
        readable = [one for one in kept if may_view(user, one)]
        sheets, supplied = _apart(readable)
        all_sheets, all_supplied = _apart(kept)
        found.append(
            Evidence(
                draw,
                sheets,
                len(all_sheets) - len(sheets),
                supplied,
                len(all_supplied) - len(supplied),
                may_record_screen(user, draw),
            )
        )
    return found


def _apart(files: list[Attachment]) -> tuple[list[Attachment], list[Attachment]]:
    """Return the sheets that the system kept, and what people kept."""
    return (
        [one for one in files if one.kind != SUPPLIED],
        [one for one in files if one.kind == SUPPLIED],
    )


@dataclass(frozen=True)
class HeardCall:
    """A call to somebody of a project, as it was recorded; ``sha256`` is of what is downloaded."""

    whom: str
    about: str
    at: datetime
    url: str
    sha256: str


def heard_calls_of(project: Project, user: User) -> list[HeardCall]:
    """Return the recorded calls of the notices of ``project`` that ``user`` may hear now: those of a draw once its names are
    released."""
    return [
        HeardCall(
            readable(call.attempt.message, "recipient"),
            occasion_label(call.attempt.message.occasion),
            call.began_at,
            reverse("telephone:tape", args=[call.attempt.message.uid, call.attempt.number]),
            call.sha256,
        )
        for call in heard_calls(user, notices_of(project))
    ]


def recordings_of(project: Project, user: User) -> list[Attachment]:
    """Return recordings and other evidence kept with ``project``, as far as ``user`` may read them."""
    return [one for one in evidence_kept_with(project) if may_view(user, one)]


def evidence_kept_with(project: Project) -> list[Attachment]:
    """Return the same for code that checks who may: with a project that was drawn together with it, too, since the screen
    was recorded once for all."""
    leads = {draw.project_id: draw.project for draw in draws_of(project)}
    projects = {project.pk: project} | leads
    return [one for owner in projects.values() for one in attachments_of(owner) if is_evidence(one)]
