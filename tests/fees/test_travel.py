"""What experts spend on their way: up to a cap, by receipts, beside the fee and untaxed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.documents import qr_png
from expertpool.core.fields import is_vouched
from expertpool.draws.queries.panel import who_sat
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine, FeeRate
from expertpool.fees.permissions import ENTER
from expertpool.fees.queries.lines import fees_visible_to
from expertpool.fees.queries.payments import payables
from expertpool.fees.services.letters import letter_pdf
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.rates import save_rate
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.registry import FILE_SUBJECTS
from expertpool.files.services import attach
from expertpool.projects.models import Project
from tests.factories.accounts import built_in_roles, make_user
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import LONG_AGO, entry, make_rate, terms_of
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def capped() -> FeeRate:
    return save_rate(
        name="外地专家",
        terms=replace(terms_of("shandong"), travel_cap=Decimal(300)),
        project_kind="",
        effective_on=LONG_AGO,
        source="",
        active=True,
        base=0,
        actor=None,
        now=NOW,
    )


def entered(
    operator: User,
    expert: Expert,
    travel: str,
    rate: FeeRate | None = None,
    project: Project | None = None,
) -> FeeLine:
    project = project or make_reviewed(operator, now=NOW, pool=(expert,), seats=1).project
    said = {pk: replace(entry(project), travel=Decimal(travel)) for pk in who_sat(project)}
    rate = rate or capped()
    (row,) = enter_fees(project=project, rate=rate, entries=said, actor=operator, now=NOW)
    return row


def receipt() -> SimpleUploadedFile:
    return SimpleUploadedFile("高铁票.png", qr_png("G1102", scale=4))


@pytest.mark.shows("PRJ-29", "PRJ-16")
def test_travel_goes_by_the_cap_of_the_rate_and_its_receipt(client: Client, operator: User) -> None:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    rate = capped()
    assert "差旅凭票据，最多 300 元" in rate.more_words
    assert is_vouched(FeeRate.objects.get(pk=rate.pk))
    row = entered(operator, expert, "186.50", rate)
    with pytest.raises(FeeRefused, match=r"超过标准的上限 300\.00 元"):
        entered(operator, expert, "300.01", rate, row.project)
    row.refresh_from_db()
    assert (row.gross, row.travel) == (Decimal(500), Decimal("186.50"))
    with pytest.raises(FeeRefused, match="还没有附票据"):
        send_letters(project=row.project, actor=operator, now=NOW)
    file = attach(subject=row, uploaded_file=receipt(), actor=operator, now=NOW)
    (sent,) = send_letters(project=row.project, actor=operator, now=NOW)
    # Untaxed: the tax is that of the fee alone, and the bureau hears of no more.
    assert sent.tax == 0
    assert sent.payable == Decimal("686.50")
    assert sent.said
    assert sent.said["receipts"] == bytes(file.sha256).hex()
    assert is_vouched(FeeLine.objects.get(pk=row.pk))
    with pytest.raises(FileRefused, match="不能再改"):
        attach(subject=row, uploaded_file=receipt(), actor=operator, now=NOW)
    assert letter_pdf(sent, at=NOW).startswith(b"%PDF")
    (payable,) = payables([FeeLine.objects.prefetch_related("payments").get(pk=row.pk)])
    assert (payable.tax, payable.line.payable) == (0, Decimal("686.50"))
    page = reverse("fees:own_fee", args=[row.pk])
    assert expert.user
    login(client, expert.user)
    assert "高铁票" in client.get(page).content.decode()
    assert client.get(reverse("files:preview", args=[file.pk])).status_code == 200


def test_receipts_are_seen_by_whoever_sees_the_fee(client: Client, operator: User) -> None:
    expert, other = make_expert("王立新"), make_expert("李四")
    for one, user in ((expert, "expert"), (other, "expert")):
        give_account(one, make_user(user, username=f"piao{one.pk}"))
    row = entered(operator, expert, "20", make_rate())
    file = attach(subject=row, uploaded_file=receipt(), actor=operator, now=NOW)
    url = reverse("files:preview", args=[file.pk])
    for user, status in ((other.user, 404), (expert.user, 404), (operator, 200)):
        assert user
        login(client, user)
        assert client.get(url).status_code == status, user
    assert Attachment.objects.count() == 1


def test_an_expert_adds_no_receipt_to_his_own_fee(operator: User) -> None:
    """Nor to another's, by an account that enters fees as well; nor does who may not read who sat."""
    subject = FILE_SUBJECTS[FeeLine._meta.label_lower]
    expert = make_expert("王立新")
    row = entered(operator, expert, "20", make_rate())
    assert subject.may_edit(operator, str(row.pk))
    both = make_user("expert", roles=(built_in_roles()["operator"],))
    give_account(expert, both)
    assert fees_visible_to(both, ENTER).filter(pk=row.pk).exists()
    assert not subject.may_edit(both, str(row.pk))
    assert not subject.may_edit(operator, "0")


def test_the_form_takes_travel_and_the_office_uploads_the_receipt(
    client: Client, operator: User
) -> None:
    row = entered(operator, make_expert(), "0", make_rate())
    start = timezone.localtime(row.project.opening_at)
    prefix = f"e{row.invitation_id}_"
    said = {
        "rate": row.rate_id,
        f"{prefix}outcome": "completed",
        f"{prefix}started_at": f"{start:%Y-%m-%d %H:%M}",
        f"{prefix}ended_at": f"{start + timedelta(hours=1):%Y-%m-%d %H:%M}",
        f"{prefix}travel": "88.8",
    }
    login(client, operator)
    page = reverse("fees:project", args=[row.project_id])
    said |= {"version": client.get(page).context["editing"].version}
    saved = client.post(page, said, follow=True)
    assert "差旅 88.80 元" in saved.content.decode()
    assert "差旅票据" in client.get(reverse("fees:detail", args=[row.pk])).content.decode()
    seen = {"seen": saved.context["seen"]}
    told = client.post(reverse("fees:project_send", args=[row.project_id]), seen, follow=True)
    assert "还没有附票据" in told.content.decode()
    row.refresh_from_db()
    attach(subject=row, uploaded_file=receipt(), actor=operator, now=NOW)
    detail = reverse("fees:detail", args=[row.pk])
    assert "添加附件" in client.get(detail).content.decode()
    send_letters(project=row.project, actor=operator, now=NOW)
    shown = client.get(detail).content.decode()
    assert "高铁票.png" in shown
    assert "添加附件" not in shown, "what was sent stays"
    assert "删除" not in shown
