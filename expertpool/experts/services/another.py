"""A member whose record would be another person's: whoever edits does not make one alone (docs/decisions/0245)."""

from __future__ import annotations

import json
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.core.subjects import Snapshot
from expertpool.experts.enums import ChangeVia, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.admission import admits_at_once, admitted_at

# Who somebody is, and beside it where he is reached.
WHO = {"name": "姓名", "id_number": "证件号码"}
REACHED = {"phone": "手机号", "email": "邮箱"}
LABELS = WHO | REACHED
# What was agreed to field by field, or comes of another member's record; and as a whole, by a request of the office.
BY_FIELD = (ChangeVia.REQUEST, ChangeVia.MERGE)
BY_TWO = (*BY_FIELD, ChangeVia.AGREED)


class AnotherPerson(ExpertRefused):
    """What is typed makes another person of a member; ``what`` differs from what was agreed to, when he was called
    ``name``."""

    def __init__(self, expert: Expert, what: str, name: str) -> None:
        self.what, self.name = what, name
        super().__init__(
            f"{expert.number} 的{what}都与审核入库时（{name}）不同，可能变成另一个人，须由其他有权限的人员核准。"
        )


def refuse_another(
    expert: Expert,
    before: Snapshot,
    *,
    via: ChangeVia,
    actor: User | None,
    now: datetime,
) -> None:
    """Refuse (AnotherPerson) to make ``expert`` of the record ``before``, if somebody's name or document, and one more
    by which he is known or reached, is not what others agreed to: by one edit, or one after another.

    Not asked of who waits to be admitted, of what two persons do anyhow, of this system, nor of whom the office lets
    enter members alone (`admits_at_once`).
    """
    if actor is None or via in BY_TWO or expert.status == ExpertStatus.PENDING:
        return
    after = {code: getattr(expert, code) for code in LABELS}
    if all(before.get(code, "") == after[code] for code in LABELS):
        return
    agreed = _agreed(expert, before)
    found = _differing(agreed, after)
    if len(found) < 2 or not found & WHO.keys():
        return
    if admits_at_once(actor, expert.department_id, now=now):
        return
    what = "、".join(label for code, label in LABELS.items() if code in found)
    raise AnotherPerson(expert, what, agreed["name"])


def _differing(agreed: Snapshot, now: Snapshot) -> set[str]:
    """Return what differs. A number that was missing is written down, and makes nobody another; an address that was
    missing gets his letters."""
    return {
        code
        for code in LABELS
        if agreed.get(code, "") != now.get(code, "")
        and not (code == "id_number" and not agreed.get(code))
    }


def _agreed(expert: Expert, before: Snapshot) -> Snapshot:
    """Return what others agreed to of the fields `LABELS`: as the record was when he was admitted, and by requests
    since."""
    agreed = {code: before.get(code, "") for code in LABELS}
    since = admitted_at(expert)
    for version in expert.versions.order_by("number"):
        is_first = version.number == 1
        was_then = since is not None and version.at <= since
        codes = set(LABELS) if version.via in BY_FIELD else set[str]()
        codes &= set(version.changed)
        if is_first or was_then or version.via == ChangeVia.AGREED:
            codes = set(LABELS)
        if codes:
            said = json.loads(version.snapshot)
            agreed |= {code: said.get(code, "") for code in codes}
    return agreed
