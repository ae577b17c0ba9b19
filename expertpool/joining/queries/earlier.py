"""What somebody has applied before, and what came of it: whoever decides now is often another than who decided then
(docs/decisions/0468)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.visibility import Level, level_for
from expertpool.joining.enums import State
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import applications_visible_to
from expertpool.workflow.models import Objection
from expertpool.workflow.queries.notices import objections_about

MOST = 20  # of one person; he applies a few times a month at most


@dataclass(frozen=True)
class Earlier:
    """An application of the same person. ``by`` says by what it is his: the account, else the numbers that are the
    same; ``is_named`` whether its reader may learn whose it is."""

    row: Application
    by: str
    is_named: bool
    objections: list[Objection] = field(default_factory=list)

    @property
    def weighs(self) -> bool:
        """Whether who decides anew has to know of it before he agrees."""
        return bool(self.objections) or self.row.state == State.REJECTED


def earlier_of(application: Application, reader: User) -> list[Earlier]:
    """Return what the applicant of ``application`` had handed in before it and what came of it, the newest first: by the
    account, the phone, or the number of his document; with what the public said of each, where ``reader`` decides on
    ``application``. Whose an application is that only has the same number, he learns where he sees such numbers plain, or
    where the name is the same: else one of his own would tell him whose a number is."""
    rows = list(_same_person(application, reader)[:MOST])
    shown = [
        (row, by := _by(row, application), _may_name(row, by, application, reader)) for row in rows
    ]
    said = objections_about(reader, application, before=[row for row, _, named in shown if named])
    of_each: dict[int, list[Objection]] = {}
    if rows:
        for one in said:
            of_each.setdefault(one.notice.approval.subject_id, []).append(one)
    return [Earlier(row, by, named, of_each.get(row.pk, [])) for row, by, named in shown]


def _same_person(application: Application, reader: User) -> QuerySet[Application]:
    same = Q(user=application.user_id)
    if application.phone_index is not None:
        same |= Q(phone_index=application.phone_index)
    if application.id_number_index is not None:
        same |= Q(id_number_index=application.id_number_index)
    # Ids grow: what came after it is not what he did before.
    rows = applications_visible_to(reader).filter(same, pk__lt=application.pk)
    return rows.select_related("decided_by").order_by("-pk")


def _by(row: Application, application: Application) -> str:
    if row.user_id == application.user_id:
        return "同一账号"
    same = (
        ("手机号", row.phone_index, application.phone_index),
        ("证件号码", row.id_number_index, application.id_number_index),
    )
    return "、".join(word for word, one, other in same if one and one == other) + "相同"


def _may_name(row: Application, by: str, application: Application, reader: User) -> bool:
    if row.user_id == application.user_id or row.name == application.name:
        return True
    guards = {"手机号": "experts.phone", "证件号码": "experts.id_number"}
    return any(
        word in by and level_for(reader, code) is Level.PLAIN for word, code in guards.items()
    )


def why_not_among_many(application: Application, reader: User) -> str:
    """Return why ``application`` is looked at by itself and not agreed to among many; empty where it need not be."""
    if any(one.weighs for one in earlier_of(application, reader)):
        return "此人此前的申请未通过或收到过异议，请打开申请看过「此前的申请」，再单独同意。"
    return ""


def in_words(found: Collection[Earlier]) -> str:
    """Say in a line, before somebody agrees, what has to be known of them; empty where nothing has."""
    said = [
        f"{one.row.number} {one.row.get_state_display()}"
        + (f"，收到异议 {len(one.objections)} 条" if one.objections else "")
        for one in found
        if one.weighs
    ]
    return "；".join(said)
