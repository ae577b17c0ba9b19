"""How the list of certificates is ordered, split into tabs, and worded."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from expertpool.certificates.enums import CertificateState as State
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.states import TONES, outdated, state_of, state_q
from expertpool.core.views.listing import ListTab, Sort
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.names import BY_EXPERT

SORTS: dict[str, Sort] = {
    "issued": ("issued_at", "id"),
    "number": "number",
    "name": BY_EXPERT,
    "until": ("valid_until", "id"),
}


def tabs(today: date) -> tuple[ListTab, ...]:
    def of(*states: State) -> Q:
        found = Q(pk__in=[])
        for state in states:
            found |= state_q(state, today)
        return found

    return (
        ListTab("", "全部"),
        ListTab("valid", "有效", of(State.VALID, State.COMING)),
        ListTab("outdated", "待换发", outdated() & Q(expert__status=ExpertStatus.FORMAL)),
        ListTab("stopped", "暂停、失效", of(State.SUSPENDED, State.OVER)),
        ListTab("expired", "已过期", of(State.EXPIRED)),
        ListTab("replaced", "已换发", of(State.REPLACED)),
        ListTab("revoked", "已注销", of(State.REVOKED)),
    )


def state_pill(certificate: Certificate, today: date) -> tuple[str, str]:
    """Return label and tone of where a certificate stands."""
    state = state_of(certificate, today)
    return state.label, TONES[state]
