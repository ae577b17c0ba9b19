"""Roles of the panel: 组长, 副组长, 委员. They stand beside the record, which they do not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.enums import SEATED_STATES, ActionCode, PanelRole
from expertpool.draws.exceptions import RolesRefused
from expertpool.draws.models import STANDBY, Draw, Invitation
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.status import announce_panel
from expertpool.projects.enums import RegimeOption
from expertpool.projects.queries.regimes import has_option


@transaction.atomic
def set_panel_roles(
    *, draw: Draw, roles: Mapping[int, str], actor: User, now: datetime
) -> list[Invitation]:
    """Give those who sit in the panel of ``draw`` the ``roles``, by the id of their line; an empty
    text takes one away. Where several draws find the panel, it is one panel. A review that is over keeps
    the roles that it had, but for the last one.

    Returns the lines that changed. Refuses (RolesRefused) lines that nobody sits on, unknown
    roles, a second leader, no leader where the regime asks for one, and a draw that is void or
    archived. The log names lines, not persons: names may still be sealed. Announces PanelSettled
    where the panel stands.
    """
    draw = lock_draw(draw.pk, archived=RolesRefused(ARCHIVED))
    check_action(ActionCode.SET_ROLES, draw, actor=actor, now=now)
    rows = {row.pk: row for row in seated_lines(draw)}
    if roles.keys() - rows.keys():
        raise RolesRefused("有专家刚刚退出，请刷新页面后重新设置。")
    if set(roles.values()) - {"", *PanelRole.values}:
        raise RolesRefused("没有这个角色，请刷新页面后重新设置。")
    after = {pk: roles.get(pk, row.panel_role) for pk, row in rows.items()}
    _check_leaders(draw, Counter(after.values())[PanelRole.LEADER], now=now)
    changed = [row for pk, row in rows.items() if row.panel_role != after[pk]]
    before = _in_words(changed)
    # The old leader first: the constraint allows one at any time.
    Invitation.objects.filter(pk__in=[row.pk for row in changed]).update(panel_role="")
    for row in changed:
        if any(slot.closing_at <= now for slot in row.draw.covered):
            # Kept: of a review that is over it counts who led then.
            row.role_changes.append({"at": now.isoformat(), "before": row.panel_role})
        row.panel_role = after[row.pk]
    Invitation.objects.bulk_update(changed, ["panel_role", "role_changes"])
    if changed:
        record(
            "draw.roles",
            actor=actor,
            now=now,
            subject=draw,
            before=before,
            after=_in_words(changed),
        )
        announce_panel(draw)
    return changed


def seated_lines(draw: Draw) -> list[Invitation]:
    """Return the lines of the panel that may have a role: invited or accepted, no standbys, in
    order."""
    rows = Invitation.objects.filter(draw__in=panel_of(draw), state__in=SEATED_STATES)
    return list(rows.exclude(STANDBY).select_related("draw").order_by("draw_id", "line"))


def _check_leaders(draw: Draw, leaders: int, *, now: datetime) -> None:
    if leaders > 1:
        raise RolesRefused("一个评审组只能有一名组长。")
    if not leaders and has_option(draw.project, RegimeOption.ONE_LEADER, now=now):
        raise RolesRefused("按制度设置，评审组必须有一名组长，请指定。")


def _in_words(rows: Sequence[Invitation]) -> dict[str, str]:
    return {
        f"{row.draw.number} 第 {row.line} 行": row.get_panel_role_display() or "未设置"
        for row in rows
    }
