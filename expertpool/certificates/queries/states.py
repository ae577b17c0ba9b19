"""Where certificates stand on a day: derived from what was issued and from their experts, never copied."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet

from expertpool.certificates.enums import CertificateState, Ending
from expertpool.certificates.models import Certificate
from expertpool.experts.enums import ExpertStatus

State = CertificateState
# Whose certificates come back with him.
PAUSED = (ExpertStatus.FROZEN, ExpertStatus.PENDING)
TONES = {
    State.VALID: "green",
    State.COMING: "blue",
    State.SUSPENDED: "amber",
    State.EXPIRED: "grey",
    State.OVER: "red",
    State.REPLACED: "grey",
    State.REVOKED: "red",
}
OPEN = Q(ending="")


def state_q(state: str, today: date) -> Q:
    """Return the condition of certificates that are in ``state`` on the day ``today``."""
    # Both, as `shortened_to` has it for one.
    expired = Q(valid_until__lt=today) | Q(expert__term_end_date__lt=today)
    member, coming = Q(expert__status=ExpertStatus.FORMAL), Q(valid_from__gt=today)
    paused = Q(expert__status__in=PAUSED)
    return {
        State.REPLACED: Q(ending=Ending.REPLACED),
        State.REVOKED: Q(ending=Ending.REVOKED),
        State.EXPIRED: OPEN & expired,
        State.OVER: OPEN & ~expired & ~member & ~paused,
        State.SUSPENDED: OPEN & ~expired & paused,
        State.COMING: OPEN & ~expired & member & coming,
        State.VALID: OPEN & ~expired & member & ~coming,
    }[State(state)]


def state_of(certificate: Certificate, today: date) -> CertificateState:
    """Return what `state_q` says of one (with its expert)."""
    if certificate.ending:
        return State(certificate.ending)
    # A term that ends earlier counts at once; a later one only once it is issued anew.
    until, status = certificate.shortened_to or certificate.valid_until, certificate.expert.status
    if until is not None and until < today:
        return State.EXPIRED
    if status in PAUSED:
        return State.SUSPENDED
    if status != ExpertStatus.FORMAL:
        return State.OVER
    return State.COMING if certificate.valid_from > today else State.VALID


def outdated() -> Q:
    """Return the condition of certificates that say something else than their expert's record does now."""
    return OPEN & (
        ~Q(name_index=F("expert__name_index"))
        | ~Q(kind=F("expert__kind"))
        | ~Q(expert_type=F("expert__expert_type"))
        | Q(expert__term_end_date__isnull=False) & ~Q(valid_until=F("expert__term_end_date"))
        | Q(expert__term_end_date__isnull=False, valid_until__isnull=True)
    )


def is_outdated(certificate: Certificate) -> bool:
    """Tell what `outdated` says of one."""
    expert = certificate.expert
    said = (certificate.name, certificate.kind, certificate.expert_type)
    is_now = (expert.name, expert.kind, expert.expert_type)
    term = expert.term_end_date
    differs = said != is_now or (term is not None and term != certificate.valid_until)
    return not certificate.ending and differs


def reissuable(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Return those of ``rows`` whose record has changed and whose experts are in the pool."""
    return rows.filter(outdated(), expert__status=ExpertStatus.FORMAL)
