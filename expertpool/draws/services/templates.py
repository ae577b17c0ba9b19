"""Condition templates: the groups of a plan under a name, for the next plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.criteria import canonical, standing
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import ConditionTemplate
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.services.plan import GroupInput


@transaction.atomic
def save_template(
    *, name: str, groups: Sequence[GroupInput], shared: bool, actor: User, now: datetime
) -> ConditionTemplate:
    """Keep ``groups`` under ``name`` as the actor's template; the same name replaces it.

    Refuses a template without name or groups (DrawNotReady) and conditions that do not parse
    (core.criteria.CriteriaError).
    """
    if not name.strip():
        raise DrawNotReady("请填写模板名称。")
    if not groups:
        raise DrawNotReady("请至少设置一个条件组，再存为模板。")
    content = [
        {
            "name": group.name.strip(),
            "seats": group.seats,
            "standby_seats": group.standby_seats,
            "levels": [canonical(standing(SUBJECT, level, actor=actor)) for level in group.levels],
        }
        for group in groups
    ]
    template, created = ConditionTemplate.objects.update_or_create(
        owner=actor,
        name=name.strip(),
        defaults={"groups": content, "shared": shared, "updated_at": now},
    )
    template.full_clean(validate_unique=created)
    record("draw.template", actor=actor, now=now, subject=template, after={"条件组": content})
    return template


@transaction.atomic
def delete_template(*, template: ConditionTemplate, actor: User, now: datetime) -> None:
    """Remove a template. Refuses anybody but its owner (DrawNotReady); plans made from it stay."""
    if template.owner_id != actor.pk:
        raise DrawNotReady("只能删除自己创建的模板。")
    # While there is still a row to name.
    record("draw.template_delete", actor=actor, now=now, subject=template)
    template.delete()


def groups_of(template: ConditionTemplate) -> list[GroupInput]:
    """Return the template's groups, ready for a plan."""
    return [
        # Templates are older than standbys.
        GroupInput(row["name"], row["seats"], row["levels"], row.get("standby_seats", 0))
        for row in template.groups
    ]
