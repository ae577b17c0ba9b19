"""Issuing certificates, reissuing and revoking them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_many
from expertpool.certificates.enums import Ending
from expertpool.certificates.events import CertificateRevoked, CertificatesIssued
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Certificate, DesignVersion
from expertpool.certificates.occasions import REISSUED, REVOKED
from expertpool.certificates.queries.codes import digest_of, new_code
from expertpool.certificates.services.designs import design_for
from expertpool.certificates.services.numbering import take_numbers
from expertpool.certificates.settings import AUTOMATIC, ISSUER, YEARS
from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.settings import SITE_NAME
from expertpool.core.text import as_sentence, if_seen
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import last_day
from expertpool.experts.queries.experts import how_to_call
from expertpool.experts.services.contacts import page_for, recipient_of
from expertpool.notifications.services.sending import Envelope, send_messages

LONG = "长期"
LONGEST_REASON = 200
Refused = list[tuple[str, str]]
Codes = Callable[[], str]


@transaction.atomic
def issue_certificate(
    *, expert: Expert, actor: User | None, now: datetime, codes: Codes = new_code
) -> Certificate:
    """Issue a certificate to ``expert``: its number by the rule of his design, valid from today until the end of
    his term.

    Refuses (CertificateRefused) who is not in the pool, whose term is over, who has one that was neither
    replaced nor revoked, and whom no design fits.
    """
    # By the way of many: one rule for who may have one.
    made, refused = issue_many(keys=[expert.pk], actor=actor, now=now, codes=codes)
    if refused:
        raise CertificateRefused(refused[0][1])
    return made[0]


@transaction.atomic
def issue_to_members(*, keys: Sequence[int], now: datetime) -> list[Certificate]:
    """Issue their first certificates to those who have become members for the first time, where the office wants it so; none
    to who was ever given one, and whom it cannot be given to: the home page names them."""
    if not value_of(AUTOMATIC):
        return []
    # Ever, not now: one that was revoked does not come back by itself.
    given = set(Certificate.objects.filter(expert__in=keys).values_list("expert", flat=True))
    new = [key for key in keys if key not in given]
    return issue_many(keys=new, actor=None, now=now)[0] if new else []


@transaction.atomic
def issue_many(
    *, keys: Sequence[int], actor: User | None, now: datetime, codes: Codes = new_code
) -> tuple[list[Certificate], Refused]:
    """Issue a certificate to each of the experts ``keys``; return them, and who was refused why."""
    experts = _locked(keys)
    held = set(
        Certificate.objects.filter(expert__in=keys, ending="").values_list("expert", flat=True)
    )
    today, refused = timezone.localdate(now), Refused()
    chosen: list[tuple[Expert, DesignVersion]] = []
    versions: dict[tuple[str, str], DesignVersion] = {}
    for expert in experts:
        why = "已有证书，需要换新的请用「换发」。" if expert.pk in held else why_not(expert, today)
        # Looked up once for all of a kind: a run has thousands.
        kind = (expert.kind, expert.expert_type)
        try:
            if why:
                raise CertificateRefused(why)
            if kind not in versions:
                versions[kind] = design_for(expert, now=now)
        except CertificateRefused as refusal:
            refused.append((str(expert), str(refusal)))
        else:
            chosen.append((expert, versions[kind]))
    return _issue(chosen, {}, actor, now, codes), refused


def why_not(expert: Expert, today: date) -> str:
    """Return why ``expert`` cannot be given a certificate now; nothing where he can."""
    if expert.status != ExpertStatus.FORMAL:
        return f"{expert.name}现在的状态是「{expert.get_status_display()}」，只有在库专家可以发证。"
    if expert.term_end_date is not None and expert.term_end_date < today:
        return f"{expert.name}的聘期已满，请先续聘再发证。"
    return ""


@transaction.atomic
def reissue_many(
    *, keys: Sequence[int], actor: User, now: datetime, codes: Codes = new_code
) -> tuple[list[Certificate], Refused]:
    """Put a new certificate in the place of each of ``keys`` and tell its expert; return the new ones, and which were
    refused why."""
    # Not locked: `_end` refuses what has ended meanwhile.
    rows = Certificate.objects.filter(pk__in=keys).order_by("pk")
    experts = {one.pk: one for one in _locked([row.expert_id for row in rows])}
    today, refused = timezone.localdate(now), Refused()
    chosen: list[tuple[Expert, DesignVersion]] = []
    old: dict[int, Certificate] = {}
    for row in rows.select_related("expert"):
        expert = experts[row.expert_id]
        try:
            if why := why_not(expert, today):
                raise CertificateRefused(why)
            version = design_for(expert, now=now)
            # The old one first: an expert has one that has not ended.
            _end(row, Ending.REPLACED, "", actor, now)
        except CertificateRefused as refusal:
            refused.append((str(row), str(refusal)))
        else:
            chosen.append((expert, version))
            old[expert.pk] = row
    made = _issue(chosen, old, actor, now, codes)
    _tell_reissued(made, now=now)
    return made, refused


@transaction.atomic
def reissue_certificate(*, certificate: Certificate, actor: User, now: datetime) -> Certificate:
    """Issue a new certificate in the place of ``certificate``, which is 已换发 from now on; its expert is told.

    Refuses (CertificateRefused) one that was replaced or revoked meanwhile, and what `issue_certificate` does.
    """
    made, refused = reissue_many(keys=[certificate.pk], actor=actor, now=now)
    if refused:
        raise CertificateRefused(refused[0][1])
    return made[0]


@transaction.atomic
def revoke_certificate(
    *, certificate: Certificate, reason: str, actor: User, now: datetime
) -> Certificate:
    """End ``certificate`` for good, and tell its expert why. Refuses (CertificateRefused) a missing or too long
    reason, and one that was replaced or revoked meanwhile."""
    reason = if_seen(reason)
    if not reason:
        raise CertificateRefused("请填写注销原因。")
    if len(reason) > LONGEST_REASON:
        raise CertificateRefused(f"注销原因最多 {LONGEST_REASON} 字，请缩短。")
    _end(certificate, Ending.REVOKED, reason, actor, now)
    record(
        "certificate.revoke",
        actor=actor,
        now=now,
        subject=certificate.expert,
        before={"证书编号": certificate.number},
        note=reason,
    )
    _tell_revoked(certificate, now=now)
    publish(CertificateRevoked(certificate.pk))
    return certificate


def _tell_reissued(made: Sequence[Certificate], *, now: datetime) -> None:
    """Tell the experts of ``made`` that the sheet in their hands counts no more."""
    envelopes = [
        Envelope(
            recipient=recipient_of(one.expert),
            context={
                "专家姓名": one.expert.name,
                "证书编号": one.number,
                "原证书编号": one.replaces.number,
                "网址": page_for(one.expert, reverse("certificates:own")),
            },
            about=one.expert,
            key=f"{REISSUED.code}:{one.pk}",
        )
        for one in made
        if one.replaces is not None
    ]
    send_messages(
        occasion=REISSUED.code,
        envelopes=envelopes,
        channels=REISSUED.channels,
        now=now,
        surely=True,
    )


def _tell_revoked(certificate: Certificate, *, now: datetime) -> None:
    expert = certificate.expert
    envelope = Envelope(
        recipient=recipient_of(expert),
        context={
            "专家姓名": expert.name,
            "证书编号": certificate.number,
            "原因": as_sentence(certificate.reason),
            "联系电话": how_to_call(),
        },
        about=expert,
        key=f"{REVOKED.code}:{certificate.pk}",
    )
    send_messages(
        occasion=REVOKED.code, envelopes=[envelope], channels=REVOKED.channels, now=now, surely=True
    )


def _locked(keys: Sequence[int]) -> list[Expert]:
    # In one order: two who issue to the same experts do not wait for each other. Who issues locks the expert
    # first, so that of two only one finds him without.
    rows = Expert.objects.filter(pk__in=keys).order_by("pk")
    rows = rows.select_for_update(of=("self",), no_key=True)
    return list(rows.select_related("employer", "user").prefetch_related("specialties"))


def _end(certificate: Certificate, ending: Ending, reason: str, actor: User, now: datetime) -> None:
    """End ``certificate``, unless it has ended: of a reissue and a revocation at once one is refused."""
    certificate.ending, certificate.reason = ending, reason
    certificate.ended_at, certificate.ended_by = now, actor
    proof: Any = Certificate._meta.get_field("proof")
    values = {
        "ending": ending,
        "reason": reason,
        "ended_at": now,
        "ended_by": actor,
        # An update asks and writes at once, but makes no proof by itself.
        "proof": proof.made_of(certificate),
    }
    if not Certificate.objects.filter(pk=certificate.pk, ending="").update(**values):
        stands = Certificate.objects.get(pk=certificate.pk).get_ending_display()
        raise CertificateRefused(f"证书 {certificate.number} {stands}，请刷新页面。")


def _issue(
    chosen: Sequence[tuple[Expert, DesignVersion]],
    old: dict[int, Certificate],
    actor: User | None,
    now: datetime,
    codes: Codes,
) -> list[Certificate]:
    groups: dict[int, list[tuple[Expert, DesignVersion]]] = defaultdict(list)
    for expert, version in chosen:
        groups[version.design_id].append((expert, version))
    made = []
    # By design, since numbers are taken as a row of them.
    for group in groups.values():
        numbers = take_numbers(group[0][1].design, len(group), now=now)
        for (expert, version), number in zip(group, numbers, strict=True):
            made.append(_new(expert, version, number, old.get(expert.pk), actor, now, codes()))
    Certificate.objects.bulk_create(made)
    for action, some in (
        ("certificate.issue", [one for one in made if not one.replaces]),
        ("certificate.reissue", [one for one in made if one.replaces]),
    ):
        said = [(one.expert, _replaced(one), _given(one)) for one in some]
        record_many(action, actor=actor, now=now, said=said)
    publish(CertificatesIssued(tuple(one.pk for one in made)))
    return made


def _replaced(one: Certificate) -> dict[str, str] | None:
    return {"证书编号": one.replaces.number} if one.replaces else None


def _given(one: Certificate) -> dict[str, str]:
    return {"证书编号": one.number, "有效期": validity(one.valid_from, one.valid_until)}


def _new(
    expert: Expert,
    version: DesignVersion,
    number: str,
    replaces: Certificate | None,
    actor: User | None,
    now: datetime,
    code: str,
) -> Certificate:
    today = timezone.localdate(now)
    # Never beyond the term: who is no member any more shows no valid one.
    until = expert.term_end_date or last_day(today, value_of(YEARS))
    start = max(today, expert.term_start_date or today)
    printed = {
        "姓名": expert.name,
        "证书编号": number,
        "专家编号": expert.number,
        "专家类别": expert.get_kind_display(),
        "专家类型": expert.expert_type,
        "工作单位": str(expert.employer or ""),
        "职称": expert.title,
        # Kept as text: what was printed stays, whatever the directory calls it later.
        "评审专业": "、".join(expert.specialty_names),
        "发证日期": day_text(today),
        "有效期自": day_text(start),
        "有效期至": day_text(until) if until else LONG,
        "发证单位": value_of(ISSUER) or value_of(SITE_NAME),
    }
    certificate = Certificate(
        expert=expert,
        number=number,
        code=code,
        # By the digest it is found: the code itself stands encrypted.
        code_digest=digest_of(code),
        version=version,
        name=expert.name,
        kind=expert.kind,
        expert_type=expert.expert_type,
        valid_from=start,
        valid_until=until,
        issued_at=now,
        issued_by=actor,
        replaces=replaces,
    )
    certificate.printed = printed
    return certificate


def day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def validity(start: date, until: date | None) -> str:
    return f"{start.isoformat()} 至 {until.isoformat() if until else LONG}"
