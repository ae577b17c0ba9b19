from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.db.models.fields.json import KT

from expertpool.audit.queries import entries_for
from expertpool.audit.services import is_ended_by_log, proven
from expertpool.core.crypto import proof
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.enums import NoteCode
from expertpool.draws.models import Draw, DrawEvent, Emergency, EmergencyEndRequest
from expertpool.draws.queries.hands import second_in_words
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.reveal import proven_opening
from expertpool.workflow.queries.asking import only_asked

ENDED = "draw.emergency_end"  # what the log says when one is taken back
LONGER = "恢复时限的邀请"  # and of how many that lengthened the time to answer


def emergency_of(draw: Draw) -> Emergency | None:
    """Return the emergency in which ``draw`` is, or None for a draw in its ordinary course.

    A row that this system did not write is none: it would tell whom to call."""
    return next((one for one in emergencies_of(draw) if one.ended_at is None), None)


def emergencies_of(draw: Draw) -> list[Emergency]:
    """Return all that were declared for ``draw``, those that were taken back among them, in order."""
    rows: list[Emergency] = _declared_for.all(draw=draw.pk)
    for row in rows:
        row.draw = draw
    return [row for row in rows if is_declared(row)]


_declared_for = Prepared(
    lambda: (
        Emergency.objects.filter(draw=Given("draw"))
        .select_related("declared_by", "ended_by")
        .order_by("pk")
    )
)


def confirmed_as(emergency: Emergency) -> str:
    """Return in words what whoever confirmed ``emergency`` is, by the record: its note is the first since."""
    notes = DrawEvent.objects.filter(
        draw=emergency.draw_id,
        at__gte=emergency.declared_at,
        content__type="note",
        content__code=NoteCode.EMERGENCY,
    )
    role = notes.order_by("n").values_list(KT("content__supervisor"), flat=True).first()
    return second_in_words(role or "")


def hands_of(emergency: Emergency) -> str:
    """Return who asked for ``emergency`` and who confirmed it as what, in words, for readers inside."""
    second = f"{confirmed_as(emergency)} {emergency.supervisor}"
    return f"申请人 {emergency.declared_by.name}，{second} 确认"


def end_of(emergency: Emergency) -> str:
    """Return who asked that ``emergency`` be taken back, if anybody had to be asked, who did it and why, in words
    for readers inside; empty while it lasts."""
    if emergency.ended_at is None:
        return ""
    when = {"draw": emergency.draw_id, "agreed": True, "decided_at": emergency.ended_at}
    rows = EmergencyEndRequest.objects.filter(**when).select_related("requested_by")
    asked = next(iter(only_asked(rows)), None)
    hands = f"由 {emergency.ended_by} 取消"
    if asked is not None:
        hands = f"{asked.requested_by} 申请，{hands}"
    logged = entries_for(emergency.draw).filter(action=ENDED, at=emergency.ended_at)
    entry = next(iter(proven(logged)), None)
    if entry is None:
        return hands
    # Before docs/decisions/0572 they kept the shorter one.
    longer = "，没有答复的专家恢复方案的答复时限" if LONGER in (entry.after or {}) else ""
    return f"{hands}（原因：{entry.note}）{longer}" if entry.note else hands + longer


def is_declared(emergency: Emergency) -> bool:
    """Tell whether this system declared ``emergency``, as it stands, and did not take back what is not
    marked as taken back: the log has it, which nobody alters."""
    if not bytes_eq(bytes(emergency.proof or b""), proof_of(emergency)):
        return False
    return emergency.ended_at is not None or not is_ended_by_log(
        emergency.draw, ENDED, since=emergency.declared_at
    )


def proof_of(emergency: Emergency) -> bytes:
    """Return what proves that this system declared ``emergency``, by a key outside the database. It
    names draw and person by what never changes."""
    said = [
        *(emergency.draw.number, emergency.draw.seal),
        *(emergency.reason, emergency.minutes, emergency.supervisor),
        *(emergency.declared_by.username, emergency.declared_at.astimezone(UTC).isoformat()),
    ]
    return proof("draws.emergency", said)


def forged_emergencies() -> list[Emergency]:
    """Return the emergencies that stand in the database and were not declared."""
    rows = Emergency.objects.filter(ended_at=None).select_related("declared_by", "draw")
    return [row for row in rows if not is_declared(row)]


def faraway_words(draw: Draw, *, now: datetime) -> str:
    """Return why ``draw`` opens too late to be an emergency ``now``, by the policy that was sealed;
    empty: it does not. It opens no earlier than its proof says, whatever its projects do; without
    a proof there is no emergency."""
    policy = draw.rule.policy
    if policy is None:
        return ""
    proven, within = proven_opening(draw), timedelta(hours=policy.emergency_within)
    if proven and max(proven, next_opening(draw.covered, now=now)) - now <= within:
        return ""
    return f"离评审开始还早：封存时的制度规定，评审前 {policy.emergency_within} 小时内才能转为应急抽取。"
