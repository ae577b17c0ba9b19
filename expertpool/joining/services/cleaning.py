"""What is kept no longer: codes of yesterday, drafts that nobody goes on with, the contents of applications
and recommendations that came to nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.accounts.services.users import end_access, follow_file
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.files.services import remove_all_attachments
from expertpool.joining.enums import EDITABLE, State
from expertpool.joining.models import Application, Recommendation, Registration
from expertpool.joining.queries.applications import SUBJECT, is_as_written
from expertpool.joining.queries.public import has_only_applied
from expertpool.joining.services.asked import NOTHING
from expertpool.joining.services.locking import lock
from expertpool.joining.services.recommending import forget
from expertpool.joining.services.states import set_state
from expertpool.joining.settings import DRAFT_DAYS, KEPT_DAYS
from expertpool.notifications.models import Message
from expertpool.notifications.services.deletion import delete_messages
from expertpool.workflow.queries.notices import telling
from expertpool.workflow.services.forgetting import forget_notices

AT_ONCE = 200
WHY = "清除申请所填内容"
DAY = timedelta(days=1)


def clean(*, now: datetime) -> int:
    """Erase what is over its time; return how many applications that were."""
    Registration.objects.filter(sent_at__lt=now - DAY).delete()
    old_draft = Q(state=State.DRAFT, updated_at__lt=now - timedelta(days=value_of(DRAFT_DAYS)))
    kept = now - timedelta(days=value_of(KEPT_DAYS))
    ended = Q(state__in=(State.REJECTED, State.WITHDRAWN), decided_at__lt=kept)
    # Nobody corrected what was returned: kept like what was turned down.
    left = Q(state__in=EDITABLE, handed_in_at__isnull=False, updated_at__lt=kept)
    rows = Application.objects.filter(old_draft | ended | left, erased_at__isnull=True)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for key in keys:
        _erase(key, now)
    _forget_unused(kept, now)
    _forget_told()
    return len(keys)


def _forget_told() -> None:
    """Of what was erased while notices stayed, they go now."""
    about = telling(SUBJECT).values("approval__subject_id")
    erased = Application.objects.filter(erased_at__isnull=False, pk__in=about).order_by("pk")
    forget_notices(SUBJECT, list(erased.values_list("pk", flat=True)[:AT_ONCE]))


def _forget_unused(before: datetime, now: datetime) -> None:
    """Of whom was recommended and never came nothing is kept longer than of who came in vain."""
    rows = Recommendation.objects.filter(expires_at__lt=before, used_at__isnull=True)
    for row in rows.filter(contact_index__isnull=False).order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            forget(row, now=now)


@transaction.atomic
def _erase(key: int, now: datetime) -> None:
    row = lock(key)
    # Under the lock: he may have handed it in since the keys were read.
    if row.erased_at is not None or row.state in (State.PENDING, State.APPROVED):
        return
    is_his = is_as_written(row)  # else whose account it names, somebody else may have written
    forget_recommendation(row, now)
    if row.state in EDITABLE:
        set_state(row, State.WITHDRAWN, decided_at=now)
    erase_contents(row, now)
    row.save()
    others = Application.objects.filter(user=row.user, erased_at__isnull=True)
    if is_his and not others.exists() and row.user.is_active and has_only_applied(row.user):
        _close_account(row.user, now)


def forget_recommendation(row: Application, now: datetime) -> None:
    """Forget what was said of whose application ``row`` is by whoever recommended him."""
    if row.recommendation is not None and is_as_written(row):
        forget(row.recommendation, now=now)


def erase_contents(row: Application, now: datetime) -> None:
    """Take from ``row`` what was filled in, with its files and the letters about it; the caller saves it."""
    remove_all_attachments(subject=row, actor=None, now=now)
    letters = Message.objects.filter(about_type=row._meta.label_lower, about_id=str(row.pk))
    delete_messages(
        messages=letters.filter(deleted_at__isnull=True), reason=WHY, actor=None, now=now
    )
    record("joining.erase", actor=None, now=now, subject=row, after={"申请编号": row.number})
    forget_notices(SUBJECT, [row.pk])
    row.specialties.clear()
    row.contents, row.returned_contents = "", ""
    row.name, row.employer_name, row.title = "", "", ""
    row.note, row.reasons, row.erased_at = "", {}, now
    row.phone_index = row.id_number_index = None
    for name, value in NOTHING.items():
        setattr(row, name, value)
    # An earlier row that is put back fits this version no more.
    row.version += 1


def _close_account(user: User, now: datetime) -> None:
    """Take phone, mail and name from an account that nobody needs, so that its owner may begin anew."""
    follow_file(user=user, phone="", email="", actor=None, now=now)
    # Not deleted: what he did stands in the log under it.
    User.objects.filter(pk=user.pk).update(is_active=False, name="已清除的申请人")
    end_access(user=user, actor=None, now=now)
