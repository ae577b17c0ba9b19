"""The office decides on applications by its own flow; whoever is taken in becomes an expert at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import is_outsider
from expertpool.accounts.services.users import edit_user
from expertpool.audit.services import MOST_NOTE, record
from expertpool.core.events import publish
from expertpool.core.text import if_seen, whole
from expertpool.directory.services.units import resolve_unit
from expertpool.experts.enums import PERSON_KINDS, AvoidanceKind, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.files import ADMISSION, ADMISSION_PHOTO, PHOTO
from expertpool.experts.services.accounts import expert_role
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.profile import RecordOrigin, create_expert
from expertpool.experts.services.status import approve_expert
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import attachments_of
from expertpool.files.services import copy_attachment, move_attachment
from expertpool.joining.enums import ContactKind, State
from expertpool.joining.events import ApplicantAdmitted, ApplicationRejected
from expertpool.joining.exceptions import Altered, JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.occasions import DECIDED
from expertpool.joining.queries.contents import Contents, read, verified
from expertpool.joining.queries.earlier import why_not_among_many
from expertpool.joining.queries.fields import reason_labels
from expertpool.joining.queries.flow import why_not_agree
from expertpool.joining.services.asked import write_asked
from expertpool.joining.services.locking import locked, noting_altered, waits_by_log
from expertpool.joining.services.states import set_state
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.agreeing import agreed_at_first
from expertpool.workflow.services.approvals import decide, why_not_now

SETTLED = "这项申请已经处理或已撤回，请刷新页面。"
OUTSIDER = "专家和申请人的账号不能审核入库申请，请使用工作账号。"


@noting_altered
@transaction.atomic
def approve(
    *,
    application: Application,
    actor: User,
    now: datetime,
    note: str = "",
    department: Department | None = None,
) -> Verdict:
    """Agree to the step at which ``application`` waits. With the last one its applicant is an expert: his
    record is made, with files, employments, relations and a term, his account is that of the expert, and he is told.

    Refuses (JoiningRefused) what was settled or altered, who may not decide this step or is no other person than those
    who agreed before him (`why_not_agree`), and what the pool refuses: a phone, mail or number of a document that is
    another's, of which ``actor`` is told as far as he may see. Announces ApplicantAdmitted.
    """
    row = _waiting(application, actor)
    if why := why_not_agree(row, actor, now=now):
        raise JoiningRefused(why)
    # For the log alone: the note is read by the applicant.
    logged = whole(
        "；".join(filter(None, (if_seen(note), agreed_at_first(row, actor, now=now)))),
        MOST_NOTE,
        JoiningRefused,
    )
    verdict = _decide(row, agree=True, note=note, actor=actor, now=now)
    if verdict is not Verdict.APPROVED:
        _log_step(row, verdict, logged, actor, now)
        return verdict
    expert = _admit(row, department, actor, now)
    said = {"note": note, "logged": logged}
    _end(row, State.APPROVED, "joining.approve", **said, actor=actor, now=now, expert=expert)
    publish(ApplicantAdmitted(row.pk))
    return verdict


def approve_among_many(*, application: Application, actor: User, now: datetime) -> Verdict:
    """Agree to one of many that are ticked. Refuses (JoiningRefused), beside what `approve` does, whose earlier
    application was turned down or objected to: that is looked at by itself."""
    if why := why_not_among_many(application, actor):
        raise JoiningRefused(why)
    return approve(application=application, actor=actor, now=now)


@noting_altered
@transaction.atomic
def reject(*, application: Application, actor: User, now: datetime, note: str) -> Verdict:
    """Turn ``application`` down for good, with the reason, which its applicant is told; where the flow says
    so, the step before decides anew. Refuses an empty reason, and what `approve` refuses. Announces
    ApplicationRejected."""
    if not if_seen(note):
        raise JoiningRefused("请填写不通过的原因，申请人会收到。", field="note")
    row = _waiting(application, actor)
    verdict = _decide(row, agree=False, note=note, actor=actor, now=now)
    if verdict is Verdict.REJECTED:
        _end(row, State.REJECTED, "joining.reject", note=note, actor=actor, now=now)
        publish(ApplicationRejected(row.pk))
    else:
        _log_step(row, verdict, note, actor, now)
    return verdict


@noting_altered
@transaction.atomic
def send_back(
    *,
    application: Application,
    actor: User,
    now: datetime,
    note: str = "",
    fields: Mapping[str, str],
) -> Verdict:
    """Return ``application`` to its applicant, who corrects what ``fields`` names, with reasons, and hands it
    in again; all of it where only the ``note`` says why. Where the flow says so, the step before decides anew.

    Refuses to say neither, a field that is not asked, and what `approve` refuses.
    """
    row = _waiting(application, actor)
    labels = reason_labels(row.kind)
    said = {name: text.strip() for name, text in fields.items() if text.strip()}
    if unknown := said.keys() - labels.keys():
        raise JoiningRefused(f"申请中没有这些项：{'、'.join(sorted(unknown))[:60]}，请刷新页面。")
    if not said and not if_seen(note):
        raise JoiningRefused(
            "请填写退回原因：在要补正的项目上写明，或写在总的意见里。", field="note"
        )
    verdict = _decide(row, agree=False, note=note, fields=said, actor=actor, now=now)
    if verdict is Verdict.REJECTED:
        words = [f"{labels[name]}：{text.rstrip('。')}" for name, text in said.items()]
        told = "；".join(filter(None, (note.strip().rstrip("。"), *words)))
        _end(row, State.RETURNED, "joining.return", note=told, actor=actor, now=now, reasons=said)
        row.returned_contents = row.contents
        row.save(update_fields=["returned_contents"])
    else:
        _log_step(row, verdict, note, actor, now)
    return verdict


def why_not_to_decide(*, application: Application, actor: User, now: datetime) -> str:
    """Return why ``actor`` may not decide on ``application`` now, before he types anything."""
    if is_outsider(actor) or application.user_id == actor.pk:
        return OUTSIDER
    return why_not_now(subject=application, actor=actor, now=now)


def _waiting(application: Application, actor: User) -> Application:
    """Lock what waits; the application, then (in `decide`) its approval: who withdraws locks them so, too."""
    row = locked(application)
    if row.state != State.PENDING:
        raise JoiningRefused(SETTLED)
    if not waits_by_log(row):
        raise Altered
    # What he has looked at: it may have been returned and handed in anew meanwhile.
    if row.version != application.version:
        raise JoiningRefused("您打开页面之后，这份申请修改过，没有处理；请刷新页面，看过后再审核。")
    if is_outsider(actor) or row.user_id == actor.pk:
        raise JoiningRefused(OUTSIDER)
    # What the flow asks stands in plain columns, into which anybody could have written.
    write_asked(row, read(row))
    return row


def _decide(
    row: Application, *, agree: bool, note: str, actor: User, now: datetime, **also: Any
) -> Verdict:
    try:
        return decide(subject=row, agree=agree, note=note, actor=actor, now=now, **also)
    except DecisionRefused as error:
        raise JoiningRefused(str(error)) from error


def _admit(row: Application, department: Department | None, actor: User, now: datetime) -> Expert:
    found = read(row)
    if wrong := list(found.wrong):
        raise JoiningRefused(f"申请的内容现在不符合要求，请退回补正：{wrong[0]}")
    values = found.values
    name, uscc = found.employer
    try:
        if name:
            values["employer"] = resolve_unit(name=name, uscc=uscc, knowing=True)
        if department is not None:
            values["department"] = department
        if (by := row.recommendation) is not None:
            values["recommender"] = f"{by.recommender.name}（{by.recommender.number}）"
        expert = create_expert(
            values=values,
            specialties=found.specialties,
            # Not yet formal: into the pool leads one door, below.
            origin=RecordOrigin(row.source, ExpertStatus.PENDING, row.user),
            actor=actor,
            now=now,
        )
        _relations(expert, found, actor, now)
        _give_account(expert, now)
    except ValidationError as error:
        raise JoiningRefused(f"不能入库：{'；'.join(error.messages)}") from error
    except ExpertRefused as error:
        raise JoiningRefused(f"不能入库：{error}") from error
    _file(row, expert, actor, now)
    # Last: whoever hears of it finds the whole record.
    return approve_expert(expert=expert, actor=actor, now=now)


def _file(row: Application, expert: Expert, actor: User, now: datetime) -> None:
    """Let what ``row`` was decided by stay with the record of ``expert``; of his photo he has a copy of his own, to
    change it as he likes, as far as there is room."""
    for one in attachments_of(row):
        kind = ADMISSION
        if one.kind == PHOTO:
            kind = ADMISSION_PHOTO
            with suppress(FileRefused):
                copy_attachment(attachment=one, to=expert, actor=actor, now=now)
        move_attachment(attachment=one, to=expert, kind=kind, actor=actor, now=now)


def _relations(expert: Expert, found: Contents, actor: User, now: datetime) -> None:
    rows = []
    for job in found.jobs:
        over = bool(job["end"])
        kind = AvoidanceKind.PAST_EMPLOYER if over else AvoidanceKind.CURRENT_EMPLOYER
        rows.append((kind, job["unit"], "", job["start"], job["end"], job["post"]))
    for tie in found.ties:
        person = tie["person"] if tie["kind"] in PERSON_KINDS else ""
        rows.append((tie["kind"], tie["unit"], person, None, None, tie["note"]))
    filed = set[tuple[Any, ...]]()
    for kind, unit_name, person, start, end, note in rows:
        unit = resolve_unit(name=unit_name, knowing=True) if unit_name else None
        same = (kind, unit.pk if unit else None, person)
        # The present employer is avoided by itself; of two periods at one unit one says enough.
        if same in filed or (
            kind == AvoidanceKind.CURRENT_EMPLOYER and unit and unit.pk == expert.employer_id
        ):
            continue
        filed.add(same)
        relation = AvoidanceUnit(
            expert=expert,
            unit=unit,
            person_name=person,
            kind=kind,
            start_date=start or None,
            end_date=end or None,
            note=whole(
                note, AvoidanceUnit._meta.get_field("note").max_length or MOST_NOTE, JoiningRefused
            ),
        )
        add_avoidance_unit(row=relation, actor=actor, now=now)


def _give_account(expert: Expert, now: datetime) -> None:
    """Let the applicant's account be the expert's: with that role, and no other."""
    user = expert.user
    assert user is not None  # noqa: S101 (the applicant's)
    user.refresh_from_db()
    edit_user(
        user=user,
        name=expert.name[:50],
        phone=user.phone,
        email=user.email,
        department=user.proven_department,
        roles=[expert_role()],
        actor=None,
        now=now,
    )
    expert.activated_at = now
    expert.save(update_fields=["activated_at"])


def _end(
    row: Application,
    state: State,
    action: str,
    *,
    note: str,
    actor: User,
    now: datetime,
    logged: str = "",
    **also: Any,
) -> None:
    note = whole(if_seen(note), MOST_NOTE, JoiningRefused)
    set_state(row, state, note=note, decided_at=now, decided_by=actor, updated_at=now, **also)
    kept = logged or note
    record(action, actor=actor, now=now, subject=row, after={"结果": state.label}, note=kept)
    tell_applicant(row, now=now)


LOG_IN_FOR_NOTE = "审核意见请登录查看。"


def tell_applicant(row: Application, *, now: datetime) -> None:
    """Tell the applicant where ``row`` stands, on this site, by short message and mail; once each. The note goes to
    the number or address that he has shown to be his; the other one may be anybody's."""
    values = read(row).values
    own, address = verified(row)
    other = next(one.value for one in ContactKind if one.value != own)
    _tell(
        row, {own: address}, row.note and f"意见：{row.note.rstrip('。')}。", on_site=True, now=now
    )
    if values.get(other):
        _tell(row, {other: values[other]}, row.note and LOG_IN_FOR_NOTE, on_site=False, now=now)


def _tell(
    row: Application, to: Mapping[str, str], note: str, *, on_site: bool, now: datetime
) -> None:
    phone, email = to.get(ContactKind.PHONE, ""), to.get(ContactKind.EMAIL, "")
    ways = ways_outside(DECIDED, phone=phone, email=email)
    channels = [ChannelCode.SITE, *ways] if on_site else ways
    if not channels:
        return
    send_message(
        occasion=DECIDED.code,
        recipient=Recipient(row.user.username if on_site else None, row.name, phone, email),
        channels=channels,
        context={
            "姓名": row.name,
            "申请编号": row.number,
            "结果": State(row.state).label,
            "意见": note,
            "网址": settings.SITE_URL + reverse("joining:mine"),
        },
        about=row,
        # By the version: returned and handed in again, it is decided again.
        key=f"joining-decided:{row.pk}:{row.version}{'' if on_site else ':other'}",
        now=now,
    )


def _log_step(row: Application, verdict: Verdict, note: str, actor: User, now: datetime) -> None:
    record(
        "joining.decide",
        actor=actor,
        now=now,
        subject=row,
        after={"结果": verdict.label},
        note=note.strip(),
    )
