"""Reads of bundles."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import codes_reaching, scope_q
from expertpool.bundles.enums import FILE, Part
from expertpool.bundles.models import Bundle
from expertpool.bundles.permissions import MAKE
from expertpool.bundles.queries.rights import why_not
from expertpool.core.fields import is_vouched
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.registry import FileSubject
from expertpool.projects.models import Project


def may_make(user: User, project: Project) -> bool:
    """Tell whether ``user`` may make a bundle of ``project``."""
    return bool(codes_reaching(user, project, [MAKE]))


def bundles_visible_to(user: User) -> QuerySet[Bundle]:
    """Return the bundles of the projects in the scope of ``user``, the latest first: that there is one, not what it holds."""
    reach = scope_q(user, MAKE, department="project__department", owner="project__created_by")
    return Bundle.objects.filter(reach).select_related("project__department", "asked_by")


def file_of(bundle: Bundle) -> Attachment | None:
    """Return the ZIP, once it is made."""
    return attachments_of(bundle, FILE).first()


def out_of_reach(user: User, bundle: Bundle) -> list[str]:
    """Return what ``bundle`` holds and ``user`` may not see now, in words: with any of it he does not get the file."""
    now = timezone.now()  # asked by files as well, which knows no clock
    parts = [Part(one) for one in bundle.parts]
    return [str(one.label) for one in parts if why_not(one, bundle.project, user, now=now)]


def may_view_file(user: Any, bundle_id: str) -> bool:
    """Tell whether ``user`` may read the file of a bundle: all that it holds, now, whoever made it."""
    bundle = bundles_visible_to(user).filter(pk=bundle_id).first()
    return bundle is not None and is_vouched(bundle) and not out_of_reach(user, bundle)


BUNDLE_FILES = FileSubject(
    "bundles.bundle",
    may_view=may_view_file,
    may_edit=lambda user, subject_id: False,
    evidence={FILE: "证据包"},
)
