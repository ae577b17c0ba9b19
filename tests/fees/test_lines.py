"""Fees of a project from entering to the signature, and taken back."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry as LogEntry
from expertpool.draws.queries.panel import who_sat
from expertpool.experts.models import Expert
from expertpool.experts.settings import ACCOUNTS_WHEN_NEEDED
from expertpool.fees.enums import FeeOutcome, FeeState
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.lines import (
    STANDING,
    fees_of,
    fees_visible_to,
    projects_to_pay,
    totals_of,
)
from expertpool.fees.queries.rates import rates_on
from expertpool.fees.services import lines, signing
from expertpool.fees.services.letters import letter_pdf, payer_of, said_of
from expertpool.fees.services.lines import Entry, enter_fees, send_letters
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.fees.services.rates import save_rate
from expertpool.fees.services.signing import sign
from expertpool.fees.settings import PAYER
from expertpool.notifications.models import Message
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import give_account, make_expert, rename
from tests.factories.fees import (
    LONG_AGO,
    STROKES,
    entry,
    make_fees,
    make_rate,
    make_sent,
    terms_of,
)
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1 L8 8"/></svg>'


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def signed(line: FeeLine, expert: Expert, *, seen: str = "", now: datetime = NOW) -> FeeLine:
    assert expert.user
    return sign(
        line=line,
        expert=expert,
        signature=PICTURE,
        seen=seen or line.letter_hash,
        signed_from="10.0.0.1 Chromium",
        actor=expert.user,
        now=now,
    )


@pytest.mark.shows("PRJ-16", "PRJ-28")
def test_fees_are_entered_and_changed_until_they_are_sent(operator: User) -> None:
    first, _ = make_fees(operator, now=NOW, minutes=240)
    assert (first.state, first.gross) == (FeeState.DRAFT, Decimal(500))
    said = {first.invitation_id: entry(first.project, minutes=200)}
    (again,) = enter_fees(
        project=first.project, rate=make_rate(), entries=said, actor=operator, now=NOW
    )
    assert (again.pk, again.gross) == (first.pk, Decimal(450))
    log = LogEntry.objects.filter(action="fee.enter").order_by("-id")[0]
    ended = timezone.localtime(first.ended_at).strftime("%Y-%m-%d %H:%M")
    assert log.before == {"应发": "500.00", "结束时间": ended}
    assert (log.after or {})["应发"] == "450.00"
    send_letters(project=first.project, actor=operator, now=NOW)
    with pytest.raises(FeeRefused, match="已经发送"):
        enter_fees(project=first.project, rate=make_rate(), entries=said, actor=operator, now=NOW)


@pytest.mark.shows("PRJ-28")
def test_nothing_is_entered_before_the_review_is_over_and_names_are_known(operator: User) -> None:
    rate = make_rate()
    running = make_draw(now=NOW, operator=operator)
    over = make_reviewed(operator, now=NOW).project
    assert list(projects_to_pay(operator, now=NOW)) == [over]
    for project, now in ((running.project, NOW), (over, over.opening_at)):
        with pytest.raises(FeeRefused, match="现在不能登记"):
            enter_fees(project=project, rate=rate, entries={}, actor=operator, now=now)
    with pytest.raises(FeeRefused, match="现在不能登记"):
        enter_fees(project=over, rate=rate, entries={}, actor=make_user("finance"), now=NOW)


@pytest.mark.parametrize(
    ("minutes", "pause", "word"),
    [(0, 0, "晚于开始"), (60, 60, "休息时间比评审时间还长")],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_written(
    operator: User, minutes: int, pause: int, word: str
) -> None:
    project = make_reviewed(operator, now=NOW).project
    first, second = who_sat(project)
    wrong = entry(project, minutes=minutes)
    wrong = type(wrong)(**{**vars(wrong), "break_minutes": pause})
    with pytest.raises(FeeRefused, match=word):
        enter_fees(
            project=project,
            rate=make_rate(),
            entries={first: entry(project), second: wrong},
            actor=operator,
            now=NOW,
        )
    assert not FeeLine.objects.exists()


@pytest.mark.shows("PRJ-28")
def test_a_time_that_has_not_been_is_refused_and_one_beyond_the_review_explained(
    operator: User,
) -> None:
    project = make_reviewed(operator, now=NOW, seats=1).project
    (pk,) = who_sat(project)

    def enter(start: datetime, end: datetime, note: str = "") -> list[FeeLine]:
        said = {pk: Entry(FeeOutcome.COMPLETED, start, end, note=note)}
        return enter_fees(project=project, rate=make_rate(), entries=said, actor=operator, now=NOW)

    opening, hour = project.opening_at, timedelta(hours=1)
    for start, end, word in (
        (opening, NOW + hour, "还没有到"),
        (opening - 9 * DAY, opening, "核对年月日"),
    ):
        with pytest.raises(FeeRefused, match=word):
            # However it is explained.
            enter(start, end, note="加班")
    with pytest.raises(FeeRefused, match="早于评审开始时间"):
        enter(opening - hour, NOW)
    (line,) = enter(opening - hour, NOW, note="提前一小时开标")
    assert line.minutes == 6 * 60
    later = NOW + 2 * DAY
    said = {pk: Entry(FeeOutcome.COMPLETED, NOW + DAY - hour, NOW + DAY)}
    with pytest.raises(FeeRefused, match="不在评审当天"):
        enter_fees(project=project, rate=make_rate(), entries=said, actor=operator, now=later)


def test_a_rate_counts_from_its_day_on_and_old_versions_before_it(operator: User) -> None:
    old = make_rate()
    save_rate(
        name=old.name,
        terms=terms_of("beijing"),
        project_kind="",
        effective_on=NOW.date() + DAY,
        source="",
        active=True,
        base=1,
        actor=operator,
        now=NOW,
    )
    assert [one.version for one in rates_on(NOW.date())] == [1]
    assert [one.version for one in rates_on(NOW.date() + DAY)] == [2]
    with pytest.raises(FeeRefused, match="刚刚由别人保存过"):
        save_rate(
            name=old.name,
            terms=terms_of("beijing"),
            project_kind="",
            effective_on=LONG_AGO,
            source="",
            active=True,
            base=1,
            actor=operator,
            now=NOW,
        )


@pytest.mark.shows("PRJ-29")
def test_a_letter_is_sent_once_and_its_tax_takes_in_the_month(
    operator: User, expert: Expert
) -> None:
    (first,) = make_sent(operator, now=NOW, pool=(expert,), minutes=540)
    assert (first.gross, first.tax, first.net) == (Decimal(1000), Decimal(40), Decimal(960))
    (second,) = make_sent(operator, now=NOW + DAY, pool=(expert,), minutes=540)
    # 2,000 in the month: 240, of which 40 were withheld.
    assert second.tax == Decimal(200)
    (later,) = make_sent(operator, now=NOW + 10 * DAY, pool=(expert,), minutes=540)
    assert later.tax == Decimal(40)  # December
    assert send_letters(project=later.project, actor=operator, now=NOW + 10 * DAY) == []
    told = Message.objects.filter(occasion="fees.sent", channel="site")
    assert told.count() == 3
    assert list(fees_of(expert)) == [later, second, first]


def test_who_has_no_account_is_told_whom_to_call(operator: User) -> None:
    configure(ACCOUNTS_WHEN_NEEDED, False)
    make_sent(operator, now=NOW, pool=(make_expert(),))
    told = Message.objects.filter(occasion="fees.sent", channel="sms").get().body
    assert "没有登录账号" in told
    assert "/my/fees/" not in told


@pytest.mark.shows("PORT-31")
def test_it_is_signed_once_by_whose_it_is_as_he_read_it(operator: User, expert: Expert) -> None:
    (line,) = make_sent(operator, now=NOW, pool=(expert,))
    other = make_expert("李四")
    give_account(other, make_user("expert"))
    with pytest.raises(FeeRefused, match="不是您的"):
        signed(line, other, seen=line.letter_hash)
    with pytest.raises(FeeRefused, match="与您看到的不同"):
        signed(line, expert, seen="0" * 64)
    row = signed(line, expert)
    assert (row.state, row.readable_signature) == (FeeState.SIGNED, PICTURE)
    assert row.signed_from.startswith("10.0.0.1")
    assert not FeeLine.objects.get(pk=row.pk).is_altered
    with pytest.raises(FeeRefused, match="已经签过"):
        signed(line, expert)
    pdf = letter_pdf(row, at=NOW)
    assert pdf.startswith(b"%PDF")
    assert payer_of(row) == str(row.project.purchaser or row.project.department)


def test_a_letter_says_for_good_what_it_said_when_it_was_sent(
    admin: User, operator: User, expert: Expert
) -> None:
    (line,) = make_sent(operator, now=NOW, pool=(expert,))
    before, pdf = line.letter_hash, letter_pdf(line, at=NOW)
    save_settings(
        group=PAYER.group,
        values={PAYER.code: "武汉某某咨询有限公司"},
        version=version_of(PAYER.group),
        actor=admin,
        now=NOW,
    )
    rename(Expert.objects.filter(pk=expert.pk), "王立心")
    row = FeeLine.objects.select_related("project", "expert", "rate").get(pk=line.pk)
    row.project.name = "另一项目"
    assert payer_of(row) == "武汉某某咨询有限公司"
    said = said_of(row)
    assert (said["expert"], said["project"]) == ("王立新", line.project.name)
    assert said["payer"] == str(line.project.purchaser or line.project.department)
    assert (row.letter_hash, row.is_altered) == (before, False)
    assert letter_pdf(row, at=NOW) == pdf
    # It is of what he signs, and the database keeps it.
    row.said = said | {"payer": "武汉某某咨询有限公司"}
    assert (row.letter_hash == before, row.is_altered) == (False, True)
    with pytest.raises(DatabaseError, match="stays so"), transaction.atomic():
        row.save()
    # Another, sent since, says what is set now.
    other = make_sent(operator, now=NOW)[0]
    assert said_of(other)["payer"] == "武汉某某咨询有限公司"


@pytest.mark.shows("PRJ-16")
def test_what_was_sent_is_corrected_by_a_reversal_alone(operator: User, expert: Expert) -> None:
    finance = make_user("finance")
    (line,) = make_sent(operator, now=NOW, pool=(expert,), minutes=540)
    signed(line, expert)
    row = reverse_fee(line=line, reason="结束时间登记有误", actor=finance, now=NOW)
    assert row.state == FeeState.REVERSED
    assert Message.objects.filter(occasion="fees.reversed").exists()
    with pytest.raises(FeeRefused, match="已经冲销"):
        reverse_fee(line=line, reason="再来一次", actor=finance, now=NOW)
    (again,) = make_again(line, operator, minutes=600)
    send_letters(project=line.project, actor=operator, now=NOW)
    again.refresh_from_db()
    assert (again.gross, again.tax) == (
        Decimal(1000),
        Decimal(40),
    )  # the reversed one counts no more
    assert totals_of(fees_visible_to(finance).filter(STANDING)).gross == Decimal(1000)


def make_again(line: FeeLine, operator: User, *, minutes: int) -> list[FeeLine]:
    said = {line.invitation_id: entry(line.project, minutes=minutes)}
    return enter_fees(project=line.project, rate=make_rate(), entries=said, actor=operator, now=NOW)


def test_the_database_keeps_what_was_sent(operator: User, expert: Expert) -> None:
    (line,) = make_sent(operator, now=NOW, pool=(expert,))
    row = FeeLine.objects.filter(pk=line.pk)
    changes: list[dict[str, object]] = [
        {"gross": 9},
        {"tax": 9},
        {"steps": []},
        {"sent_at": None},
        {"ended_at": NOW + DAY},
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeLine.objects.create(
            project=line.project,
            expert=line.expert,
            invitation=line.invitation,
            rate=line.rate,
            outcome=FeeOutcome.UNFINISHED,
            steps=[],
            gross=0,
            entered_at=NOW,
            entered_by=operator,
        )


def test_a_fee_that_was_written_past_the_system_says_so(operator: User, expert: Expert) -> None:
    (line,) = make_fees(operator, now=NOW, pool=(expert,))
    FeeLine.objects.filter(pk=line.pk).update(gross=99_999)
    assert FeeLine.objects.get(pk=line.pk).is_altered
    (other,) = make_sent(operator, now=NOW + DAY, pool=(expert,))
    row = signed(other, expert)
    assert not FeeLine.objects.get(pk=row.pk).is_altered
    row.signature = PICTURE.replace("L8 8", "L8 1")
    row.save(update_fields=["signature"])  # as a statement would, with the key
    assert FeeLine.objects.get(pk=row.pk).is_altered


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_signing_and_reversing_at_once_leave_one_state(
    locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second sees the first. Without the lock (negative control) both write what they have read: the database
    refuses one of them, or the proof holds no more."""
    operator, expert = make_user("operator"), make_expert("王立新")
    give_account(expert, make_user("expert"))
    (line,) = make_sent(operator, now=NOW, pool=(expert,))
    barrier, hold = Barrier(2), lines.held

    def hold_and_meet(line: FeeLine) -> FeeLine:
        row = hold(line) if locked else FeeLine.objects.get(pk=line.pk)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=1 if locked else 20)
        return row

    for module in (lines, signing):
        monkeypatch.setattr(module, "held", hold_and_meet)
    taken_back, hand = run_at_once(
        lambda: reverse_fee(line=line, reason="登记有误", actor=operator, now=NOW),
        lambda: signed(line, expert),
    )
    row = FeeLine.objects.get(pk=line.pk)
    if not locked:
        refused = any(isinstance(one, DatabaseError) for one in (taken_back, hand))
        assert refused or row.is_altered, (taken_back, hand)
        return
    assert isinstance(taken_back, FeeLine)
    assert isinstance(hand, FeeLine | FeeRefused)
    assert row.state == FeeState.REVERSED
    # Signed before it was taken back, or not at all; never after.
    assert bool(row.signed_at) == isinstance(hand, FeeLine)
    assert not row.is_altered


@pytest.mark.shows("PORT-31")
def test_an_expert_signs_on_his_page_and_the_office_has_it(
    client: Client, operator: User, expert: Expert
) -> None:
    assert expert.user
    (line,) = make_sent(operator, pool=(expert,))
    login(client, expert.user)
    assert "1 份劳务费确认函等待您核对签字" in client.get("/").content.decode()
    assert "待签字" in client.get(reverse("fees:own")).content.decode()
    page = reverse("fees:own_fee", args=[line.pk])
    shown = client.get(page).content.decode()
    assert line.letter_hash in shown
    for strokes in (
        "",
        "[]",
        "[[1]]",
        '[[["a",1]]]',
        "[[[1,1],[2,2]]]",
        f"[[[1e999,1]{',[1,1]' * 9}]]",
    ):
        refused = client.post(page, {"seen": line.letter_hash, "signature": strokes})
        assert refused.status_code == 422
        assert "签上您的姓名" in refused.content.decode()
    done = client.post(page, {"seen": line.letter_hash, "signature": STROKES}, follow=True)
    assert "已签字，谢谢" in done.content.decode()
    pdf = client.get(reverse("fees:own_letter", args=[line.pk]))
    assert pdf.getvalue().startswith(b"%PDF")
    login(client, operator)
    assert "已签字" in client.get(reverse("fees:detail", args=[line.pk])).content.decode()


@pytest.mark.shows("PORT-31")
def test_the_office_reads_that_a_signature_is_told_later_while_names_are_sealed(
    client: Client, operator: User, expert: Expert
) -> None:
    (line,) = make_sent(operator, pool=(expert,))
    page, told = reverse("fees:detail", args=[line.pk]), "今天签字的，明天才显示"
    login(client, operator)
    assert told not in client.get(page).content.decode()
    make_draw(now=timezone.now(), operator=operator)
    unsigned = client.get(page).content.decode()
    signed(line, expert, now=timezone.now())
    for shown in (unsigned, client.get(page).content.decode()):
        assert "待签字" in shown
        assert told in shown


def test_the_office_enters_a_panel_in_one_form(client: Client, operator: User) -> None:
    make_rate()
    project = make_reviewed(operator, now=timezone.now()).project
    login(client, operator)
    page = reverse("fees:project", args=[project.pk])
    form = client.get(page).context["form"]
    data = {name: form.initial.get(name) for name in form.fields}
    data["rate"] = form.initial["rate"].pk
    said = {
        name: timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
        if isinstance(value, datetime)
        else value
        for name, value in data.items()
        if value not in (None, False)
    }
    first, second = who_sat(project)
    for pk in (first, second):
        said[f"e{pk}_outcome"] = "completed"
    said["version"] = client.get(page).context["editing"].version
    refused = client.post(page, said | {f"e{first}_started_at": ""})
    assert refused.status_code == 422
    done = client.post(page, said | {f"e{second}_outcome": "recused", f"e{second}_started_at": ""})
    assert done.status_code == 302
    sums = dict(FeeLine.objects.values_list("invitation", "gross"))
    assert sums[second] == Decimal(200)
    seen = {"seen": client.get(page).context["seen"]}
    sent = client.post(reverse("fees:project_send", args=[project.pk]), seen, follow=True)
    assert "已发送 2 份确认函" in sent.content.decode()
    tab = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "fees"})
    assert "待签字" in tab.content.decode()


def test_a_rate_is_tried_step_by_step(client: Client) -> None:
    rate = make_rate()
    login(client, make_user("finance"))
    page = client.get(
        reverse("fees:trial"),
        {"rate": str(rate.pk), "outcome": "completed", "hours": "9", "paid": "1000"},
    ).content.decode()
    assert "第 181 至 540 分钟：6 个1小时 × 100 元" in page
    assert "1,000.00" in page
    assert "200.00" in page  # of 2,000 in the month, less what the first thousand gave


def test_the_sums_of_the_list_say_what_was_not_taxed_yet(client: Client) -> None:
    """Of letters that wait to be sent the whole sum stood there as what the experts get."""
    operator = make_user("operator")
    make_sent(operator, now=NOW)
    made = make_fees(operator, now=NOW)
    login(client, operator)
    words = f"{len(made)} 份待发送的还没有扣税（发送时计算）"
    assert words in client.get(reverse("fees:list")).content.decode()
    send_letters(project=made[0].project, actor=operator, now=NOW)
    assert "还没有扣税" not in client.get(reverse("fees:list")).content.decode()
