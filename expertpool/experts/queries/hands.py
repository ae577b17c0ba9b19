"""In whose hands an expert is reached: who wrote his phone or mail alone, and who let somebody into his account
then; and who wrote what else of his record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Model

from expertpool.accounts.models import User
from expertpool.audit.queries import entries_for
from expertpool.core.visibility import told
from expertpool.experts.enums import ChangeVia
from expertpool.experts.models import Expert
from expertpool.experts.queries.accounts import LETS_IN
from expertpool.experts.queries.admission import admitted_at
from expertpool.workflow.queries.agreeing import why_not_another

REACHED = ("phone", "email")
AGREED = (ChangeVia.REQUEST, ChangeVia.AGREED)
HANDS = (
    "您改过这位专家的手机号或邮箱，或在那之后为他开通账号、发送激活链接，不能同意以他的名义提交的内容，"
    "须由另一位有权限的人员审核。"
)


def hands_on(expert: Expert) -> set[int]:
    """Return (ids) who changed the phone or mail of ``expert`` since others agreed to it (when he was admitted, or to
    a request for that field), and, where anybody did, who opened his account or sent its link: whoever asks as the
    expert may be any of them (docs/decisions/0245). He himself is not among them."""
    since = admitted_at(expert)
    hands: dict[str, set[int]] = {field: set() for field in REACHED}
    versions = expert.versions.order_by("number").values_list("via", "changed", "at", "actor")
    for via, changed, at, actor in versions:
        for field in hands.keys() & set(changed):
            if via in AGREED or (since is not None and at <= since):
                hands[field] = set()
            elif actor is not None:
                hands[field].add(actor)
    found = {one for some in hands.values() for one in some} - {expert.user_id}
    if found:
        opened = entries_for((Expert, [expert.pk])).filter(action__in=LETS_IN)
        found |= set(opened.values_list("actor", flat=True))
    return {one for one in found if one is not None and one != expert.user_id}


def last_writers(expert: Expert, fields: Collection[str]) -> set[int]:
    """Return (ids) who wrote each of ``fields`` of ``expert`` last, as far as anybody is told: whoever created the record,
    where it was not changed since. Nobody, where it is not known."""
    last = dict.fromkeys(fields, expert.created_by_id)
    versions = told(expert.versions.order_by("number")).values_list("changed", "actor")
    for changed, actor in versions:
        last |= dict.fromkeys(last.keys() & set(changed), actor)
    return {one for one in last.values() if one is not None}


def why_not_agree(
    row: Model, expert: Expert, user: User, *, asked_by: int | None, now: datetime
) -> str:
    """Return why ``user``, whose step it is, cannot agree to ``row``, which ``asked_by`` (id) handed in as ``expert``
    or for him: he may be who asked, whoever has the expert in hand, or one who agreed before him, by another account
    (docs/decisions/0491). Empty when he can."""
    hands = hands_on(expert)
    if user.pk in hands:
        return HANDS
    return why_not_another(row, user, {asked_by, expert.user_id} | hands, now=now)
