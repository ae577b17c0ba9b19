"""Entering and changing the record of one expert."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.events import publish
from expertpool.core.fields import shut_cells
from expertpool.directory.models import Specialty
from expertpool.experts.enums import ChangeVia, ExpertKind, ExpertSource, ExpertStatus
from expertpool.experts.events import ExpertApproved, ExpertEntered, TiesChanged
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.queries.experts import (
    account_proof,
    email_index,
    id_number_index,
    phone_index,
    told_by_id_number,
)
from expertpool.experts.services.alike import ask_about
from expertpool.experts.services.another import refuse_another
from expertpool.experts.services.contacts import contacts_of, let_account_follow, tell_changed
from expertpool.experts.services.numbering import next_numbers
from expertpool.experts.services.taken import UNIQUE, few_taken, taken_errors
from expertpool.experts.services.versions import Way, record_version
from expertpool.experts.services.waiting import wait_anew
from expertpool.experts.validators.documents import guess_id_kind, identity_errors
from expertpool.experts.validators.values import TOO_YOUNG, is_too_young

Errors = dict[str, Any]
# With what a version and the log tell of a record, before and after.
_LOCKED = (
    Expert.objects.select_for_update(of=("self",))
    .select_related("employer", "division", "department", "created_by")
    .prefetch_related("specialties")
)
SHUT = "原来的内容无法读取（有人直接改动过数据库），请重新填写。"


@dataclass(frozen=True)
class RecordOrigin:
    """Where a new record comes from, with which status it begins and whose account it has. Who begins PENDING is
    admitted by the flow (`admission.enter_expert`, joining)."""

    source: str = ExpertSource.MANUAL
    status: str = ExpertStatus.PENDING
    user: User | None = None


def create_expert(
    *,
    values: dict[str, Any],
    specialties: Iterable[Specialty] = (),
    origin: RecordOrigin = RecordOrigin(),
    knowing: str | None = None,
    before_number: Callable[[], object] = lambda: None,
    actor: User | None,
    now: datetime,
) -> Expert:
    """Enter an expert with ``values`` (a choice of `EXPERT.writable`) and return him.

    Gives him a number and fills birth date and sex from the number of his document when they are empty.
    Refuses wrong or missing data and a phone, mail or number of a document that is another's already
    (ValidationError by field), also against somebody who enters the same one at this moment; who may
    not see such numbers plain is told of few in an hour (ExpertRefused, see `few_taken`). Somebody like
    him is asked about once (`alike.ask_about`); ``knowing`` is what goes on, None asks nobody. ``before_number`` is
    called when nothing is refused: what it raises takes no number. Announces
    ExpertEntered, and ExpertApproved of who begins as a member.
    """
    with few_taken(actor, now=now):
        expert = Expert(
            source=origin.source,
            status=origin.status,
            user=origin.user,
            created_at=now,
            created_by=actor,
            updated_at=now,
        )
        wanted = {specialty.pk for specialty in specialties}
        _check(expert, actor, _fill(expert, values), now=now)
        note = ask_about(expert, knowing, actor)
        before_number()
        _save(expert, actor, {}, now=now)
        _set_specialties(expert, set(), wanted)
        after = snapshot(expert, *EXPERT.recorded)
        record("expert.create", actor=actor, now=now, subject=expert, after=after, note=note)
        publish(ExpertEntered(expert.pk))
        if expert.status == ExpertStatus.FORMAL:
            publish(ExpertApproved((expert.pk,)))
    return expert


def update_expert(
    *,
    expert: Expert,
    values: dict[str, Any],
    specialties: Iterable[Specialty] | None = None,
    knowing: str | None = None,
    actor: User | None,
    now: datetime,
    via: ChangeVia = ChangeVia.FORM,
    note: str = "",
) -> Expert:
    """Change the given ``values`` of ``expert``; None for ``specialties`` leaves them as they are. ``note``
    is what log and version say of the change, beside what differs.

    Keeps a version and an audit entry with what differs; without a difference nothing is written. Whose
    phone or mail is another now, is told where he was reached before. Announces ExpertChanged, and TiesChanged of another employer.
    Who waits to be admitted is looked at anew (`waiting.wait_anew`).
    Refuses (AnotherPerson) to make somebody else of a member (`another`).
    A cell that does not open is mended by the value that is given. Refuses a record that would keep one, what
    `create_expert` refuses, and asks what it asks of who is alike only now.
    """
    with few_taken(actor, now=now):
        expert = _LOCKED.get(pk=expert.pk)
        # Two pictures: the version holds guarded values in full, encrypted; the log has them masked.
        before, logged = EXPERT.version_of(expert), snapshot(expert, *EXPERT.recorded)
        reached = contacts_of(expert)
        held = {specialty.pk for specialty in expert.specialties.all()}
        wanted = held if specialties is None else {specialty.pk for specialty in specialties}
        errors = _mend(expert, values)
        was = copy(expert)
        errors |= _fill(expert, values)
        # When he was here himself is told with his version: lists and other platforms go by this moment.
        if via != ChangeVia.OWN:
            expert.updated_at = now
        _check(expert, actor, errors, stay=_staying(was, expert), now=now)
        refuse_another(expert, before, via=via, actor=actor, now=now)
        way = Way(via, note)
        note += ask_about(expert, knowing, actor, was=was)
        _save(expert, actor, reached, now=now)
        _set_specialties(expert, held, wanted)
        version = EXPERT.version_of(expert)
        if EXPERT.differences(before, version):
            record_version(expert, before, version, way=way, actor=actor, now=now)
            wait_anew(expert, actor=actor, now=now)
        if expert.employer_id != was.employer_id:
            publish(TiesChanged(expert.pk))
        tell_changed(expert, reached, now=now)
        after = snapshot(expert, *EXPERT.recorded)
        record_change(
            "expert.update",
            actor=actor,
            now=now,
            subject=expert,
            before=logged,
            after=after,
            note=note,
        )
    return expert


def faults_of(*, values: dict[str, Any], now: datetime) -> Errors:
    """Return what `create_expert` would refuse of ``values``, by field; whether a number is another's
    is not looked up, so this tells strangers nothing."""
    expert = Expert(created_at=now, updated_at=now)
    errors = _fill(expert, values)
    return _field_errors(expert, now=now) | errors


def refusals_of(
    *,
    expert: Expert,
    values: dict[str, Any],
    actor: User | None,
    now: datetime,
    taken: bool = True,
) -> Errors:
    """Return what `update_expert` would refuse, by field; puts ``values`` into ``expert``, which is of
    no use afterwards, and writes nothing. ``actor`` sees the numbers plain that ``values`` hold; not
    ``taken``: nobody is told that one of them is somebody else's."""
    errors = _mend(expert, values)
    errors |= _fill(expert, values)
    errors = _field_errors(expert, now=now) | errors
    if not taken:
        return errors
    changed = {field for field in UNIQUE if field in values}
    # A number that stays is nobody else's, and of others' he is not told.
    return errors | taken_errors(expert, actor, faults={*errors, *(UNIQUE.keys() - changed)})


def _mend(expert: Expert, values: dict[str, Any]) -> Errors:
    """Empty the cells that do not open, for ``values`` to be put in; return the fault of those that these
    do not give: what was there nobody can keep."""
    shut = shut_cells(expert)
    for name in shut:
        setattr(expert, name, "")
    return {name: ValidationError(SHUT) for name in shut - values.keys()}


def _fill(expert: Expert, values: dict[str, Any]) -> Errors:
    """Put in what is in order; return what is wrong with the rest."""
    errors: Errors = EXPERT.fill(expert, values)
    expert.id_kind = expert.id_kind or guess_id_kind(expert.id_number)
    expert.birth_date, expert.sex = told_by_id_number(
        expert.id_kind, expert.id_number, expert.birth_date, expert.sex
    )
    held = expert.email_index
    expert.phone_index = phone_index(expert.phone)
    expert.id_number_index = id_number_index(expert.id_number)
    expert.email_index = email_index(expert.email)
    if expert.email_index != held:
        expert.email_twin = 0
    return errors


def _staying(was: Expert, expert: Expert) -> set[str]:
    """Return the numbers that are as they were: these are nobody else's."""
    return {
        name for name in UNIQUE if getattr(was, f"{name}_index") == getattr(expert, f"{name}_index")
    }


def _check(
    expert: Expert,
    actor: User | None,
    errors: Errors,
    *,
    stay: Collection[str] = (),
    now: datetime,
) -> None:
    errors = _field_errors(expert, now=now) | errors
    # Whose a number is, is asked only of new numbers that are in order.
    errors |= taken_errors(expert, actor, faults=errors, stay=stay)
    if errors:
        raise ValidationError(errors)


def _save(expert: Expert, actor: User | None, reached: dict[str, str], *, now: datetime) -> None:
    if not expert.number:
        # Only now: what is refused takes no number.
        (expert.number,) = next_numbers(1, now=now)
        if expert.user:
            expert.account_proof = account_proof(expert.number, expert.user)
    try:
        # A savepoint: after a duplicate the transaction goes on, to look up whose number it is.
        with transaction.atomic():
            if contacts_of(expert) != reached:
                let_account_follow(expert, actor=actor, now=now)
            expert.save()
    except IntegrityError:
        # Somebody else entered the same number since the check.
        errors = taken_errors(expert, actor)
        if errors:
            raise ValidationError(errors) from None
        # Another constraint than these two: no fault of whoever typed.
        raise


def _field_errors(expert: Expert, *, now: datetime) -> Errors:
    errors: Errors = dict(
        identity_errors(expert.id_kind, expert.id_number, expert.birth_date, expert.sex)
    )
    if is_too_young(expert.birth_date, timezone.localdate(now)):
        errors["birth_date"] = ValidationError(f"出生日期{TOO_YOUNG}", code="birth_date")
    if not expert.phone:
        errors["phone"] = ValidationError("请填写手机号，邀请和答复都要用到。", code="required")
    if expert.kind == ExpertKind.ORGANISATION and not expert.contact_person:
        errors["contact_person"] = ValidationError("请填写联系人。", code="required")
    start, end = expert.term_start_date, expert.term_end_date
    if start and end and end < start:
        errors["term_end_date"] = ValidationError("聘期的结束日期早于开始日期，请对调或改正。")
    try:
        # Uniqueness in words by `taken_errors`; the database has the last word, also on what the record refers to.
        excluded = {*errors, *_referring(expert), "number"}  # given last
        expert.full_clean(exclude=excluded, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    return errors


def _referring(expert: Expert) -> set[str]:
    """Return the fields that refer to something: each would be asked of the database, changed or not."""
    return {
        field.name
        for field in expert._meta.concrete_fields
        if field.is_relation and getattr(expert, field.attname) is not None
    }


def _set_specialties(expert: Expert, held: set[int], wanted: set[int]) -> None:
    # Only what differs: whoever keeps a hundred specialties changes one.
    if held - wanted:
        expert.specialty_links.filter(specialty_id__in=held - wanted).delete()
    ExpertSpecialty.objects.bulk_create(
        ExpertSpecialty(expert=expert, specialty_id=pk) for pk in sorted(wanted - held)
    )
    if held != wanted:
        expert._prefetched_objects_cache = {}  # type: ignore[attr-defined] # of Django, for what was read before
