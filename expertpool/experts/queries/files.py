"""Who may see and add the files of an expert: scans show what is guarded elsewhere."""

from __future__ import annotations

from typing import Any

from expertpool.accounts.models import User
from expertpool.core.visibility import Level, level_for
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.experts.queries.veils import sees_who
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_for
from expertpool.files.registry import FileSubject

PHOTO = "photo"  # the kind of the file that is the photograph
# Of what he was admitted by, and of the photo that he gave then: neither he nor the office takes it away.
ADMISSION, ADMISSION_PHOTO = "admission", "admission_photo"


def may_view_files(user: User) -> bool:
    """Tell whether the user may see scans at all: whoever sees ID card numbers plain, or may
    reveal them (each download is recorded like a revealed value). They say whose they are, which some do not see."""
    if not sees_who(user):
        return False
    plain = level_for(user, "experts.id_number") is Level.PLAIN
    return plain or user.has_permission("experts.reveal")


def may_view_expert_files(user: Any, subject_id: str) -> bool:
    """Tell whether ``user`` may see the files of this expert: his own, or within his right."""
    if _is_own(user, subject_id):
        return True
    return may_view_files(user) and experts_visible_to(user).filter(pk=subject_id).exists()


def may_edit_expert_files(user: Any, subject_id: str) -> bool:
    """Tell whether ``user`` may add and remove files of this expert."""
    if _is_own(user, subject_id):
        return True
    reach = experts_visible_to(user, "experts.edit")
    return may_view_files(user) and reach.filter(pk=subject_id).exists()


def _is_own(user: User, subject_id: str) -> bool:
    if not user.has_permission("experts.self"):
        return False
    own = expert_for(user)
    return own is not None and str(own.pk) == subject_id


def photo_of(expert: Expert, viewer: User) -> Attachment | None:
    """Return the photograph of ``expert`` that can be shown to ``viewer``."""
    if not (sees_who(viewer) or _is_own(viewer, str(expert.pk))):
        return None
    rows = attachments_for(viewer, expert, PHOTO).filter(held=False)
    return rows.order_by("-pk").first()


def own_account(subject_id: str) -> frozenset[int]:
    """Return the account of the expert (id), if any: when he was at it, the office is told by day."""
    rows = Expert.objects.filter(pk=subject_id, user__isnull=False).order_by()
    return frozenset(rows.values_list("user", flat=True))


EXPERT_FILES = FileSubject(
    "experts.expert",
    may_view=may_view_expert_files,
    may_edit=may_edit_expert_files,
    by_day=own_account,
    evidence={ADMISSION: "入库材料", ADMISSION_PHOTO: "入库时的照片"},
    # Of one name, as a rule, with the photo that he gave when he applied.
    names={PHOTO: "现用照片"},
)
