"""Which draws and plans a user may see, and how they stand."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus, InvitationState, Origin
from expertpool.draws.models import Draw, DrawPlan
from expertpool.projects.models import Project

ENDED = (DrawStatus.ABANDONED, DrawStatus.VOID)


def draws_visible_to(user: User, code: str = "draws.view") -> QuerySet[Draw]:
    """Draws of projects in the user's scope for ``code``, with project and operator loaded."""
    scope = scope_q(user, code, department="project__department", owner="project__created_by")
    return Draw.objects.filter(scope).select_related("project", "operator")


def reaches(user: User, draw: Draw, code: str) -> bool:
    """Tell whether ``draw`` is in the user's scope for ``code``."""
    return draws_visible_to(user, code).filter(pk=draw.pk).exists()


def projects_to_draw(user: User, code: str) -> QuerySet[Project]:
    """Projects in the user's scope for ``code`` (draws.plan, draws.run …)."""
    return Project.objects.filter(scope_q(user, code))


def valid_draw(project: Project) -> Draw | None:
    """The draw of a project that is neither abandoned nor void, if there is one."""
    return Draw.objects.filter(project=project).exclude(status__in=ENDED).first()


def with_counts(draws: QuerySet[Draw]) -> QuerySet[Draw]:
    """Annotate ``drawn_count``, ``accepted_count``, ``waiting_count``, ``supplement_count``."""

    def count(**condition: Any) -> Count:
        return Count("invitations", filter=Q(**condition))

    return draws.annotate(
        drawn_count=Count("invitations"),
        accepted_count=count(invitations__state=InvitationState.ACCEPTED),
        waiting_count=count(invitations__state=InvitationState.INVITED),
        supplement_count=count(invitations__origin=Origin.SUPPLEMENT),
    )


def plan_for(project: Project) -> DrawPlan | None:
    return DrawPlan.objects.filter(project=project).prefetch_related("groups__levels").first()


def describe_rule(draw: Draw) -> list[dict[str, Any]]:
    """Return the sealed groups for a page: name, seats and the conditions in words."""
    return [
        {
            "code": group["id"],
            "name": group["name"],
            "seats": group["seats"],
            "conditions": [level["text"] for level in group.get("levels", [])],
        }
        for group in draw.rule["groups"]
    ]


def end_link(draw: Draw) -> tuple[int, str] | None:
    """Return where the log holds the end of ``draw``: place in the chain and hash (hex).

    None until it has ended and the transaction that ended it is committed.
    """
    if draw.ended_at is None:
        return None
    entry = (
        Entry.objects.filter(
            subject_type=draw._meta.label_lower,
            subject_id=str(draw.pk),
            action__in=("draw.end", "draw.abandon"),
        )
        .order_by("-id")
        .first()
    )
    if entry is None or entry.chain_no is None or entry.hash is None:
        return None
    return entry.chain_no, bytes(entry.hash).hex()


def in_eights(digest: str) -> str:
    """Break a hash into groups of eight digits, to be compared by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
