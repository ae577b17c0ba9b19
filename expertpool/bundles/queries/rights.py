"""Who may see which part of a bundle: one rule for all of a part, whoever made the bundle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.accounts.queries import codes_reaching
from expertpool.bundles.enums import Part
from expertpool.draws.permissions import READS_PROJECT_LOG, SEE_EXCLUSIONS
from expertpool.draws.queries.draws import codes_for_project, draws_of, valid_draws
from expertpool.draws.queries.evidence import evidence_kept_with
from expertpool.draws.services.names import may_read
from expertpool.evaluations.permissions import VIEW as SEE_RATINGS
from expertpool.fees.permissions import VIEW as SEE_FEES
from expertpool.files.queries import may_view
from expertpool.projects.models import Project
from expertpool.reviews.permissions import RESULTS
from expertpool.reviews.queries.reviews import may_name, review_of

SEALED = "名单尚未公开"
HEARS = "notifications.view"
NO_RIGHT = "生成人没有查看的权限"


def why_not(part: Part, project: Project, user: User | None, *, now: datetime) -> str:
    """Return why ``user`` may not have ``part`` of the bundle of ``project`` now; empty: he may. Of nobody (None) it is asked
    whether anybody may: what names experts is kept back until all names are released."""
    if part in NAMING and _is_sealed(project):
        return SEALED
    if user is None or MAY[part](user, project, now):
        return ""
    return NO_RIGHT


def _is_sealed(project: Project) -> bool:
    return any(draw.released_at is None for draw in valid_draws(project))


def _draws(user: User, project: Project, now: datetime) -> bool:
    return bool(codes_for_project(user, project, ["draws.view"]))


def _names(user: User, project: Project, now: datetime) -> bool:
    released = [draw for draw in draws_of(project) if draw.released_at is not None]
    return _draws(user, project, now) and all(may_read(one, user, now=now) for one in released)


def _recordings(user: User, project: Project, now: datetime) -> bool:
    kept = evidence_kept_with(project)
    return _draws(user, project, now) and all(may_view(user, one) for one in kept)


def _reviews(user: User, project: Project, now: datetime) -> bool:
    if not _reaches(user, project, RESULTS):
        return False
    return review_of(project) is None or may_name(user, project, now=now)


def _fees(user: User, project: Project, now: datetime) -> bool:
    return _reaches(user, project, SEE_FEES)


def _ratings(user: User, project: Project, now: datetime) -> bool:
    return _reaches(user, project, SEE_RATINGS) and _names(user, project, now)


def _notices(user: User, project: Project, now: datetime) -> bool:
    return _names(user, project, now)


def _calls(user: User, project: Project, now: datetime) -> bool:
    """Voices: whoever may hear them on the records of the notices, of whom all names are told."""
    return user.has_permission(HEARS) and _notices(user, project, now)


def _log(user: User, project: Project, now: datetime) -> bool:
    """Beside what the tab 日志 shows it says who was paid how much, and what was done in the review."""
    if _contents(user, project, now):
        return True
    reads = any(map(user.has_permission, READS_PROJECT_LOG)) and _names(user, project, now)
    return reads and _fees(user, project, now) and _reviews(user, project, now)


def _contents(user: User, project: Project, now: datetime) -> bool:
    """Entries as they were written, with what only some are told of them (`audit.actions.Action.kept`)."""
    reads = user.has_permission("audit.view") and _reaches(user, project, SEE_EXCLUSIONS)
    return reads and _names(user, project, now)


def _reaches(user: User, project: Project, code: str) -> bool:
    return bool(codes_reaching(user, project, [code]))


MAY: dict[Part, Callable[[User, Project, datetime], bool]] = {
    Part.DRAWS: _draws,
    Part.NAMES: _names,
    Part.RECORDINGS: _recordings,
    Part.REVIEWS: _reviews,
    Part.FEES: _fees,
    Part.RATINGS: _ratings,
    Part.NOTICES: _notices,
    Part.CALLS: _calls,
    Part.LOG: _log,
    Part.CONTENTS: _contents,
}
# Who sits is read in them, or might be. Films of the screen are seen before, as on the tab 存证.
NAMING = frozenset(Part) - {Part.DRAWS, Part.RECORDINGS}
