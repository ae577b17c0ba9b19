"""Requests for changes of records, and what experts keep of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from expertpool.accounts.models import User
from expertpool.changes.enums import RequestState
from expertpool.changes.models import Career, ChangeItem, ChangeRequest, Work
from expertpool.core.criteria import Choice
from expertpool.core.crypto import DecryptionError
from expertpool.core.fields import UNREADABLE
from expertpool.core.mandates import Mandate
from expertpool.core.subjects import FieldDeclaration, File, Kind, Owner
from expertpool.core.visibility import Level, level_for, said, told
from expertpool.customforms.models import FieldFile
from expertpool.customforms.registry import FieldUse, FileHolder
from expertpool.directory.queries import second_of_its_name
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.owners import owner_of
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.workflow.queries.approvals import waiting_for

SUBJECT = "changes.changerequest"
RIGHT = "experts.edit"
# Named by words in the form, and one value of the record.
NOT_KEPT = ("employer_name", "employer_uscc")


def asked_fields() -> list[FieldDeclaration]:
    """Return the fields of which a request can be: those that are not the expert's own, nor the office's."""
    return [
        one
        for one in EXPERT.fields()
        if owner_of(one) == Owner.CONTROLLED and one.code not in NOT_KEPT
    ]


def field_labels() -> list[tuple[str, str]]:
    """Return code and label of whatever a request may ever have asked for."""
    return list(EXPERT.labels().items())


# What the steps of an approval may ask.
FIELDS = (Choice(code="field", label="申请变更的内容", path="items__field", choices=field_labels),)


def with_items(rows: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
    items = ChangeItem.objects.select_related("overtaken_by")
    return rows.select_related(
        "expert", "expert__employer", "asked_by", "decided_by"
    ).prefetch_related(Prefetch("items", items))


def _waiting(now: datetime) -> QuerySet[ChangeRequest]:
    return with_items(ChangeRequest.objects.filter(state=RequestState.WAITING)).order_by("-pk")


# Nobody decides on others (`services.requests.decide_request`).
WRITTEN = (
    Mandate("changes.requests", "变更申请", _waiting, is_whole=True, holds=lambda row: row.stands),
)


def requests_visible_to(user: User) -> QuerySet[ChangeRequest]:
    """Return the requests of the experts in the user's scope that may be told already."""
    rows = ChangeRequest.objects.filter(expert__in=experts_visible_to(user, RIGHT))
    return told(rows)


def requests_to_decide(user: User) -> QuerySet[ChangeRequest]:
    """Return those that ``user`` may decide now."""
    return requests_decidable_by(user).filter(waiting_for(user, SUBJECT))


def requests_decidable_by(user: User) -> QuerySet[ChangeRequest]:
    """Return those that wait in ``user``'s scope and that he did not ask himself, whoever decides their step."""
    rows = requests_visible_to(user).filter(state=RequestState.WAITING).exclude(asked_by=user)
    return rows.select_related("expert")


def requests_of(expert: Expert) -> QuerySet[ChangeRequest]:
    """Return all that ``expert`` asked for, the latest first, for himself."""
    return with_items(ChangeRequest.objects.filter(expert=expert, asked_by=expert.user_id))


def open_items(expert: Expert) -> dict[str, ChangeItem]:
    """Return what waits of ``expert``, by field."""
    rows = ChangeItem.objects.filter(expert=expert, is_open=True)
    rows = rows.select_related("request__expert", "request__asked_by")
    return {one.field: one for one in rows}


def careers_of(expert: Expert) -> QuerySet[Career]:
    """Return the lines of his work as ``expert`` has them himself."""
    avoidances = AvoidanceUnit.objects.select_related("unit", "expert")
    return (
        Career.objects.filter(expert=expert, removed_at__isnull=True)
        .select_related("unit", "expert")
        .prefetch_related(Prefetch("avoidance", avoidances))
    )


def works_of(expert: Expert) -> QuerySet[Work]:
    return Work.objects.filter(expert=expert, removed_at__isnull=True)


def told_careers(expert: Expert) -> QuerySet[Career]:
    """Return the lines of the work of ``expert`` as others are told of them."""
    return told(Career.objects.filter(expert=expert).select_related("unit"))


def told_works(expert: Expert) -> QuerySet[Work]:
    return told(Work.objects.filter(expert=expert))


@dataclass(frozen=True)
class AskedField:
    """One field of a request as a page shows it: what stood, what is asked, and what came of it."""

    code: str
    label: str
    before: str
    after: str
    url: str = ""  # of the file that is asked for
    overtaken: str = ""  # by whom and when, in words
    reason: str = ""  # why it was not agreed to
    doubt: str = ""  # what whoever decides should look into


def asked_in(
    request: ChangeRequest, viewer: User | None, *, reasons: dict[str, str] | None = None
) -> list[AskedField]:
    """Return the fields of ``request`` side by side, as ``viewer`` may see them; None: its expert himself."""
    labels, why = EXPERT.labels(), reasons or {}
    kinds = {one.code: one.kind for one in EXPERT.all_fields()}
    return [
        AskedField(
            one.field,
            labels.get(one.field, one.field),
            _read(one, "before", viewer),
            _read(one, "after", viewer),
            _address(one, kinds.get(one.field)) if _is_plain(one.field, viewer) else "",
            _overtaken(one, viewer),
            why.get(one.field, ""),
            _doubt(one, viewer),
        )
        for one in request.items.all()
    ]


def _is_plain(code: str, viewer: User | None) -> bool:
    """Tell whether ``viewer`` reads the field, and so its file (docs/decisions/0476)."""
    return viewer is None or level_for(viewer, f"experts.{code}") is Level.PLAIN


def _read(item: ChangeItem, name: str, viewer: User | None) -> str:
    if not item.stands:
        return UNREADABLE
    try:
        value = getattr(item, name)
    except DecryptionError:
        return UNREADABLE
    return said(viewer, f"experts.{item.field}", value) if viewer else value


def _doubt(item: ChangeItem, viewer: User | None) -> str:
    """Return what is odd about the employer that ``item`` asks for, to who reads employers; its expert was asked."""
    if item.field != "employer" or viewer is None or not _is_plain(item.field, viewer):
        return ""
    try:
        kept = value_in(item) if item.stands else None
    except DecryptionError:
        return ""
    return second_of_its_name(*kept) if kept else ""


def _address(item: ChangeItem, kind: Kind | None) -> str:
    """Return where the file is that ``item`` asks for, if it asks for one."""
    if not isinstance(kind, File) or not item.stands:
        return ""
    try:
        kept = value_in(item)
    except DecryptionError:
        return ""
    return kind.url_of(kind.load(kept)) if kept else ""


def may_view_asked_file(user: Any, subject: str, code: str, pk: int) -> bool:
    """Tell whether a request that ``user`` may see asks for the file as the field ``code``: his own, or one that
    he decides on."""
    if subject != EXPERT.code:
        return False
    own = expert_for(user) if user.has_permission("experts.self") else None
    row = FieldFile.objects.get(pk=pk)
    # Whoever asks has uploaded it: few values are opened to find the one that names it.
    rows = ChangeItem.objects.filter(field=code, request__asked_by=row.created_by_id)
    rows = rows.select_related("request__expert", "request__asked_by")
    office = user.has_permission(RIGHT)
    seen = rows.filter(request__in=requests_visible_to(user)) if office else rows.none()
    his = rows.filter(expert=own) if own else rows.none()
    return any(_names(one, pk) for one in (*his, *seen))


def _asked_for(item: ChangeItem) -> Any:
    """Return the value that ``item`` asks for; None where it does not stand, or cannot be opened. It is encrypted, and no
    database compares it."""
    if not item.stands:
        return None
    try:
        return value_in(item)
    except DecryptionError:
        return None


def _names(item: ChangeItem, pk: int) -> bool:
    """Tell whether ``item`` asks for the file ``pk``."""
    value = _asked_for(item)
    return isinstance(value, dict) and value.get("id") == pk


FIELD_FILES = FileHolder("changes", may_view_asked_file)


def requests_saying(subject: str, code: str, options: Sequence[str]) -> list[str]:
    """Return, in words, how many requests that wait, and may be told already, ask for one of ``options`` of a field."""
    if subject != EXPERT.code:
        return []
    known = told(ChangeRequest.objects.filter(state=RequestState.WAITING))
    rows = ChangeItem.objects.filter(field=code, is_open=True, request__in=known)
    items = rows.select_related("request__expert", "request__asked_by")
    count = sum(_says(one, set(options)) for one in items)
    return [f"{count} 份待核准的变更申请"] if count else []


def _says(item: ChangeItem, options: set[str]) -> bool:
    """Tell whether ``item`` asks for one of ``options``."""
    value = _asked_for(item)
    return not options.isdisjoint(value if isinstance(value, list) else [value])


FIELD_USE = FieldUse("changes", waiting=requests_saying)


def _overtaken(item: ChangeItem, viewer: User | None) -> str:
    version = item.overtaken_by
    if version is None:
        return ""
    after = json.loads(version.snapshot).get(item.field, "")
    after = said(viewer, f"experts.{item.field}", after) if viewer else after
    who = version.actor_name if viewer else "管理部门"
    return f"申请之后已由{who}改为「{after or '空'}」（第 {version.number} 版）"


def labels_of(items: Iterable[ChangeItem]) -> str:
    """Return what ``items`` are about, in words."""
    labels = EXPERT.labels()
    return "、".join(labels.get(one.field, one.field) for one in items)


def value_in(item: ChangeItem) -> Any:
    """Return the JSON of what was asked."""
    return json.loads(item.value)
