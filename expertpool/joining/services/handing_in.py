"""An applicant hands in what he has filled in, and takes it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User, contact_index
from expertpool.audit.services import record
from expertpool.experts.queries.experts import id_number_index
from expertpool.joining.enums import State
from expertpool.joining.exceptions import ChangedElsewhere, Incomplete, JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import SUBJECT, is_as_written
from expertpool.joining.queries.contents import step_labels
from expertpool.joining.queries.public import is_open
from expertpool.joining.services.asked import NOTHING, write_asked
from expertpool.joining.services.checking import check_contents
from expertpool.joining.services.drafts import ELSEWHERE
from expertpool.joining.services.locking import lock, locked, noting_altered
from expertpool.joining.services.registering import CLOSED
from expertpool.joining.services.setup import ANEW, ensure_consent
from expertpool.joining.services.states import set_state
from expertpool.workflow.queries.notices import notice_days
from expertpool.workflow.services.approvals import start_approval, withdraw_approval

UNREAD = "请阅读个人信息告知书，勾选同意后再提交。"
UNTOLD = "审批中有公示：请看过公示哪些内容、公示几个工作日，勾选同意后再提交。"
EMPTY: dict[str, Any] = {
    "contents": "", "returned_contents": "", "name": "", "employer_name": "", "title": "", "phone_index": None,
    "id_number_index": None,
    "note": "", "reasons": {}, **NOTHING,
}  # fmt: skip


@noting_altered
@transaction.atomic
def hand_in(
    *,
    application: Application,
    version: int,
    consents: int,
    knows_notice: int = 0,
    actor: User,
    now: datetime,
) -> Application:
    """Hand ``application`` in as its applicant; its approval begins. Logged.

    ``version`` is what he has read; of two clicks at once one counts. ``consents``: the number of the text about
    personal data that he agreed to; ``knows_notice``: for how many days he has agreed that the public reads of him,
    where the flow has a notice, which the log keeps; 0 is none (docs/decisions/0636). Refuses (JoiningRefused)
    another's, one that was handed in, without consent to the present text or notice, what is missing or wrong
    (Incomplete, which says at which step), and one that somebody altered (Altered).
    """
    row = locked(application)
    if row.user_id != actor.pk:
        raise JoiningRefused("只有申请人本人可以提交。")
    if not row.is_editable:
        raise JoiningRefused("申请已经提交，请等待审核。")
    if row.version != version:
        raise ChangedElsewhere(ELSEWHERE)
    # What was returned to him he may hand in also when nobody new may apply.
    if not is_open() and row.state == State.DRAFT:
        raise JoiningRefused(CLOSED)
    consent = ensure_consent(now=now)
    # Asked here, too: the office may have published another since he opened the page; and the flow got its notice.
    if consents != consent.number:
        raise JoiningRefused(ANEW if consents else UNREAD, field="consents")
    days = notice_days(SUBJECT)
    if days and knows_notice != days:
        raise JoiningRefused(UNTOLD, field="knows_notice")
    found = check_contents(row, now=now)
    if step := found.first_wrong:
        label = step_labels(row.kind)[step]
        said = next(iter(found.errors[step].values()))
        raise Incomplete(f"「{label}」还没有填好：{said}", step)
    # Of the same text the moment of his first consent stays.
    if row.consent_id != consent.pk:
        row.consent, row.consented_at = consent, now
    values = found.values
    set_state(
        row,
        State.PENDING,
        consent=row.consent,
        consented_at=row.consented_at,
        name=values["name"],
        employer_name=found.employer[0],
        title=values.get("title") or "",
        title_level=values.get("title_level", 0),
        phone_index=contact_index("phone", values["phone"]),
        id_number_index=id_number_index(values.get("id_number") or ""),
        handed_in_at=now,
        updated_at=now,
        reasons={},
    )
    write_asked(row, found)
    start_approval(subject=row, now=now)
    # By its number the log knows what was handed in (`locking.waits_by_log`).
    after = {"版本": row.version} | ({"公示": f"本人已同意，{days} 个工作日"} if days else {})
    record("joining.hand_in", actor=actor, now=now, subject=row, after=after)
    return row


@transaction.atomic
def withdraw(*, application: Application, actor: User, now: datetime) -> None:
    """Take an application back for good; what waits for a decision ends with it. Logged. Of one that
    somebody altered nothing is kept that was typed: nobody says whose it is."""
    # Not `locked`: also what somebody altered can be taken back.
    row = lock(application.pk)
    if row.user_id != actor.pk:
        raise JoiningRefused("只有申请人本人可以撤回。")
    emptied = {} if is_as_written(row) else EMPTY
    set_state(row, State.WITHDRAWN, updated_at=now, decided_at=now, **emptied)
    withdraw_approval(subject=row, now=now)
    record("joining.withdraw", actor=actor, now=now, subject=row)
