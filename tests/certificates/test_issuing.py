"""Certificates: numbered once, valid as long as their expert is, replaced and revoked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.certificates.enums import CertificateState as State
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.certificates import without_certificate
from expertpool.certificates.queries.states import outdated, reissuable, state_of, state_q
from expertpool.certificates.services import issuing, numbering
from expertpool.certificates.services.built_in import BUILT_IN
from expertpool.certificates.services.designs import design_for
from expertpool.certificates.services.issuing import (
    issue_certificate,
    issue_many,
    reissue_certificate,
    revoke_certificate,
)
from expertpool.certificates.settings import AUTOMATIC, YEARS
from expertpool.core.fields import is_vouched
from expertpool.experts.enums import ExpertKind, ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import years_before
from expertpool.experts.services.blacklist import add_to_blacklist, remove_from_blacklist
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.profile import create_expert, update_expert
from expertpool.experts.services.status import approve_expert, freeze_expert, unfreeze_expert
from expertpool.experts.settings import TERM_YEARS
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.certificates import make_certificate, make_design
from tests.factories.experts import make_expert, make_phone
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db


def approved(admin: User, **kw: Any) -> Expert:
    expert = make_expert(status=ExpertStatus.PENDING, **kw)
    return approve_expert(expert=expert, actor=admin, now=timezone.now())


@pytest.mark.shows("PORT-07")
def test_a_certificate_is_there_at_once_when_somebody_is_approved(admin: User) -> None:
    today = timezone.localdate()
    expert = approved(admin, term_end_date=today + timedelta(days=400))
    certificate = Certificate.objects.get(expert=expert)
    assert expert.status == ExpertStatus.FORMAL
    assert certificate.number == f"ZJZS{today.year}00001"
    assert (certificate.valid_from, certificate.valid_until) == (today, expert.term_end_date)
    assert state_of(certificate, today) is State.VALID
    assert is_vouched(Certificate.objects.get())
    entry = Entry.objects.get(action="certificate.issue")
    assert entry.after is not None
    assert entry.after["证书编号"] == certificate.number
    # Frozen and back, he keeps the one he has.
    freeze_expert(expert=expert, reason="核查", actor=admin, now=timezone.now())
    unfreeze_expert(expert=expert, reason="核查完毕", actor=admin, now=timezone.now())
    assert Certificate.objects.count() == 1
    entered = create_expert(
        values={"name": "单位甲", "kind": ExpertKind.ORGANISATION, "phone": make_phone(), "contact_person": "王"},
        actor=admin,
        now=timezone.now(),
    )  # fmt: skip
    assert not Certificate.objects.filter(expert=entered).exists(), "he is none yet"
    approve_expert(expert=entered, actor=admin, now=timezone.now())
    given = Certificate.objects.get(expert=entered)
    assert given.number.startswith("DWZS")
    assert given.valid_until == years_before(today, -3) - timedelta(days=1)


@pytest.mark.parametrize("back", ["restored", "unfrozen", "unlisted"])
def test_who_comes_back_is_given_none_that_he_did_not_have(admin: User, back: str) -> None:
    """Imported, or of before there were certificates: the list of those without names him again."""
    now = timezone.now()
    expert = make_expert()
    if back == "restored":
        delete_expert(expert=expert, reason="重复录入", actor=admin, now=now)
        restore_expert(expert=expert, actor=admin, now=now)
    elif back == "unfrozen":
        freeze_expert(expert=expert, reason="核查", actor=admin, now=now)
        unfreeze_expert(expert=expert, reason="核查完毕", actor=admin, now=now)
    else:
        add_to_blacklist(expert=expert, reason="违规", actor=admin, now=now)
        remove_from_blacklist(expert=expert, reason="申诉成立", actor=admin, now=now)
    assert Expert.objects.get(pk=expert.pk).status == ExpertStatus.FORMAL
    assert not Certificate.objects.exists()
    assert list(without_certificate(Expert.objects.all(), timezone.localdate(now))) == [expert]


def test_the_designs_that_are_brought_speak_of_the_certificate_not_of_a_term() -> None:
    """Whoever has no term, or one that began before, would read another one there."""
    texts = [one.get("text", "") for made in BUILT_IN.values() for one in made.elements]
    assert not [text for text in texts if "聘期" in text]
    assert sum("本证书有效期自{{有效期自}}" in text for text in texts) == len(BUILT_IN)


def test_the_office_may_issue_by_hand_alone(admin: User) -> None:
    configure(AUTOMATIC, False)
    configure(YEARS, 0)
    configure(TERM_YEARS, 0)
    expert = approved(admin)
    assert not Certificate.objects.exists()
    certificate = issue_certificate(expert=expert, actor=admin, now=timezone.now())
    assert certificate.valid_until is None
    assert certificate.printed["有效期至"] == "长期"
    with pytest.raises(CertificateRefused, match="已有证书"):
        issue_certificate(expert=expert, actor=admin, now=timezone.now())
    over = make_expert(term_end_date=timezone.localdate() - timedelta(days=1))
    with pytest.raises(CertificateRefused, match="聘期已满"):
        issue_certificate(expert=over, actor=admin, now=timezone.now())
    frozen = make_expert(status=ExpertStatus.FROZEN)
    with pytest.raises(CertificateRefused, match="冻结"):
        issue_certificate(expert=frozen, actor=admin, now=timezone.now())


def test_where_it_stands_follows_its_expert_and_the_day(admin: User) -> None:
    """Python and the database say the same of each."""
    now, today = timezone.now(), timezone.localdate()

    def made(**kw: Any) -> Certificate:
        return make_certificate(make_expert(**kw))

    end = today + timedelta(days=30)
    valid, frozen, black, left, shortened, revoked, old = (
        made(term_end_date=end) for _ in range(7)
    )
    coming = made(term_start_date=today + timedelta(days=5))
    freeze_expert(expert=frozen.expert, reason="核查", actor=admin, now=now)
    add_to_blacklist(expert=black.expert, reason="违规", actor=admin, now=now)
    Expert.objects.filter(pk=left.expert_id).update(status=ExpertStatus.DELETED, deleted_at=now)
    Expert.objects.filter(pk=shortened.expert_id).update(term_end_date=today - timedelta(days=1))
    revoke_certificate(certificate=revoked, reason="遗失", actor=admin, now=now)
    reissue_certificate(certificate=old, actor=admin, now=now)
    expected = {
        valid: State.VALID,
        frozen: State.SUSPENDED,
        black: State.OVER,
        left: State.OVER,
        shortened: State.EXPIRED,
        revoked: State.REVOKED,
        old: State.REPLACED,
        coming: State.COMING,
    }
    for certificate, state in expected.items():
        fresh = Certificate.objects.select_related("expert").get(pk=certificate.pk)
        assert state_of(fresh, today) is state
        said = [
            one for one in State if Certificate.objects.filter(state_q(one, today), pk=fresh.pk)
        ]
        assert said == [state]
    assert state_of(valid, end + timedelta(days=1)) is State.EXPIRED


def test_a_change_of_name_asks_for_a_new_one(admin: User) -> None:
    now = timezone.now()
    expert = make_expert("王小明", expert_type="技术类")
    certificate = make_certificate(expert)
    assert not Certificate.objects.filter(outdated())
    expert = update_expert(expert=expert, values={"name": "王晓明"}, actor=admin, now=now)
    assert reissuable(Certificate.objects.all()).get() == certificate
    new = reissue_certificate(certificate=certificate, actor=admin, now=now)
    certificate.refresh_from_db()
    assert (new.name, new.replaces, certificate.get_ending_display()) == (
        "王晓明",
        certificate,
        "已换发",
    )
    assert certificate.name == "王小明"
    assert new.number != certificate.number
    heard = Message.objects.get(occasion="certificates.reissued", channel="sms").body
    assert new.number in heard
    assert f"原证书 {certificate.number} 不能再使用" in heard
    assert not Certificate.objects.filter(outdated())
    with pytest.raises(CertificateRefused, match="已换发"):
        reissue_certificate(certificate=certificate, actor=admin, now=now)
    for reason in ("", "  ", "长" * 201):
        with pytest.raises(CertificateRefused, match="注销原因"):
            revoke_certificate(certificate=new, reason=reason, actor=admin, now=now)
    revoke_certificate(certificate=new, reason="遗失", actor=admin, now=now)
    told = Message.objects.get(occasion="certificates.revoked", channel="sms").body
    assert "原因：遗失。有疑问请联系" in told.replace(" ", "")
    # Whose was revoked is not given another by many at once, and by hand he is.
    assert not without_certificate(Expert.objects.all(), timezone.localdate())
    assert issue_certificate(expert=expert, actor=admin, now=now).number not in {
        certificate.number,
        new.number,
    }


@pytest.mark.shows("PORT-27")
def test_types_of_experts_have_designs_of_their_own(admin: User) -> None:
    now = timezone.now()
    law = make_design("法律专家证", types=("法律类",), prefix="法律", digits=4, actor=admin)
    lawyer, engineer = make_expert(expert_type="法律类"), make_expert(expert_type="技术类")
    firm = make_expert(kind=ExpertKind.ORGANISATION, contact_person="王", expert_type="法律类")
    versions = [design_for(one, now=now) for one in (lawyer, engineer, firm)]
    assert [one.design.name for one in versions] == ["法律专家证", "个人专家聘书", "单位专家证书"]
    assert make_certificate(lawyer).number == f"法律{now.year}0001"
    with pytest.raises(CertificateRefused, match="已用样式「法律专家证」"):
        make_design("另一种", types=("经济类", "法律类"), actor=admin)
    law.active = False
    law.save()
    assert design_for(lawyer, now=now).design.name == "个人专家聘书"


def test_rules_that_make_the_same_number_make_it_once(admin: User) -> None:
    year = timezone.localdate().year
    make_design("甲", types=("甲类",), prefix="A", digits=3, actor=admin)
    make_design("乙", types=("乙类",), prefix=f"A{year}", with_year=False, digits=3, actor=admin)
    numbers = [
        make_certificate(make_expert(expert_type=kind)).number
        for kind in ("甲类", "乙类", "甲类", "乙类")
    ]
    assert numbers == [f"A{year}00{n}" for n in (1, 2, 3, 4)]
    row = Certificate.objects.all()[0]
    row.pk, row.replaces, row.ending, row.ended_at = None, None, "replaced", timezone.now()
    row.code_digest = bytes(32)  # another code
    with pytest.raises(IntegrityError, match="number"), transaction.atomic():
        row.save(force_insert=True)
    numbering.Series.objects.update(last=999)
    with pytest.raises(CertificateRefused, match="已用完"):
        make_certificate(make_expert(expert_type="甲类"))


# --- At once ------------------------------------------------------------------------------------


def at_once(*acts: Callable[[], object]) -> list[Any]:
    """Run ``acts`` in connections of their own; return what each gave, or the refusal."""

    def run(act: Callable[[], object]) -> Any:
        try:
            return act()
        except (CertificateRefused, IntegrityError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_numbers_at_once_are_two(locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both would read the same count: the database refuses the second then."""
    experts = [make_expert(), make_expert()]
    make_certificate(make_expert())
    if not locked:
        met, new = Barrier(2), issuing._new
        monkeypatch.setattr(numbering, "lock_transaction", lambda _name: None)
        monkeypatch.setattr(issuing, "_new", lambda *a: (met.wait(10), new(*a))[1])
        monkeypatch.setattr(numbering.Series, "save", lambda self, **_: None)
    now = timezone.now()
    results = at_once(
        *(lambda one=one: issue_certificate(expert=one, actor=None, now=now) for one in experts)
    )
    faults = [one for one in results if isinstance(one, IntegrityError)]
    assert len(faults) == (0 if locked else 1)
    numbers = Certificate.objects.values_list("number", flat=True)
    assert len(set(numbers)) == len(numbers) == (3 if locked else 2)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("conditional", [True, False])
def test_reissued_or_revoked_never_both(conditional: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the condition of the update both would be told that it is done."""
    admin, now = make_user("admin"), timezone.now()
    pk = make_certificate().pk
    met, end = Barrier(2), issuing._end

    def both(*arguments: Any) -> None:
        met.wait(10)
        end(*arguments)

    def blind(row: Certificate, ending: Any, reason: str, actor: User, now: Any) -> None:
        met.wait(10)
        ended = {"ending": ending, "reason": reason, "ended_at": now, "ended_by": actor}
        Certificate.objects.filter(pk=row.pk).update(**ended)

    monkeypatch.setattr(issuing, "_end", both if conditional else blind)

    def revoke() -> Any:
        row = Certificate.objects.select_related("expert").get(pk=pk)
        return revoke_certificate(certificate=row, reason="遗失", actor=admin, now=now)

    def reissue() -> Any:
        row = Certificate.objects.get(pk=pk)
        return reissue_certificate(certificate=row, actor=admin, now=now)

    refusals = [one for one in at_once(revoke, reissue) if isinstance(one, CertificateRefused)]
    assert len(refusals) == (1 if conditional else 0)
    if conditional:
        row = Certificate.objects.get(pk=pk)
        assert is_vouched(row)
        assert Certificate.objects.count() == (2 if row.ending == "replaced" else 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_who_is_issued_to_by_two_gets_one() -> None:
    expert, now = make_expert(), timezone.now()
    results = at_once(
        *(lambda: issue_many(keys=[expert.pk], actor=None, now=now) for _ in range(2))
    )
    assert sorted(len(made) for made, _ in results) == [0, 1]
