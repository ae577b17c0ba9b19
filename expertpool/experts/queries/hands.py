"""In whose hands an expert is reached: who wrote his phone or mail alone, and who let somebody into his account
then; and who wrote what else of his record."""

from __future__ import annotations

from collections.abc import Collection

from expertpool.audit.queries import entries_for
from expertpool.core.visibility import told
from expertpool.experts.enums import ChangeVia
from expertpool.experts.models import Expert
from expertpool.experts.queries.accounts import LETS_IN
from expertpool.experts.queries.admission import admitted_at

REACHED = ("phone", "email")
AGREED = (ChangeVia.REQUEST, ChangeVia.AGREED)


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
