"""The account to which an expert is paid: changed with a code, looked at by finance."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Role, RoleField, User
from expertpool.audit.models import Entry as LogEntry
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.services.requests import change_own
from expertpool.experts.models import Expert
from expertpool.experts.services.profile import update_expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import AccountCode, BankAccount, FeeLine
from expertpool.fees.queries.accounts import (
    accounts_to_check,
    accounts_visible_to,
    is_payable_to,
    standing_account,
)
from expertpool.fees.queries.payments import payables
from expertpool.fees.rules.banks import bank_of, fits, is_of_bank
from expertpool.fees.services.accounts import (
    change_account,
    decide_account,
    note_account,
    send_code,
)
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_account, make_sent
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
CARD, OTHER = "6222020000000000000", "6217000000000000004"
CODE = "135790"


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def change(expert: Expert, number: str = CARD, *, now: datetime = NOW, code: str = CODE) -> None:
    said = {"expert": expert, "bank": bank_of(number), "number": number, "actor": expert.user}
    send_code(**said, code=CODE, now=now)
    change_account(**said, code=code, now=now)


def confirmed(expert: Expert, *, now: datetime = NOW) -> BankAccount:
    """The account of ``expert`` as finance has agreed to it."""
    row = note_account(expert=expert, actor=expert.user, now=now)
    assert row
    return decide_account(account=row, agree=True, note="", actor=make_user("finance"), now=now)


@pytest.mark.parametrize(
    ("number", "bank", "good"),
    [
        (CARD, "中国工商银行", True),
        (OTHER, "中国建设银行", True),
        ("6222020000000000006", "中国工商银行", False),
        ("6999990000000000006", "", False),
        ("12345678", "", False),
    ],
)
def test_a_card_says_whose_it_is_and_ends_with_its_digit(
    number: str, bank: str, good: bool
) -> None:
    assert (bank_of(number), fits(number)) == (bank, good)
    assert is_of_bank(number, "工行长沙分行") == (bank in ("", "中国工商银行"))


@pytest.mark.shows("PORT-32")
def test_an_expert_changes_it_with_a_code_and_finance_looks_at_it(
    expert: Expert, operator: User
) -> None:
    make_sent(operator, now=NOW, pool=(expert,))
    change(expert)
    expert.refresh_from_db()
    assert (expert.bank_name, expert.bank_account) == ("中国工商银行", CARD)
    row = standing_account(expert)
    assert row
    assert (row.is_own, row.state, row.masked) == (True, "waiting", "***************0000")
    assert not is_payable_to(row, expert)
    finance = make_user("finance")
    assert list(accounts_to_check(finance)) == [row]
    decide_account(account=row, agree=True, note="", actor=finance, now=NOW)
    row = accounts_visible_to(finance).get()
    assert is_payable_to(row, expert)
    said = LogEntry.objects.get(action="fee.account").after or {}
    assert CARD not in str(said)
    # Encrypted where it is stored.
    raw = BankAccount.objects.filter(pk=row.pk).extra(select={"raw": "number"}).get().raw  # type: ignore[attr-defined]
    assert CARD not in str(bytes(raw) if isinstance(raw, memoryview) else raw)


def test_a_code_counts_once_for_the_account_that_was_typed(expert: Expert) -> None:
    with pytest.raises(FeeRefused, match="还可以试 4 次"):
        change(expert, code="000000")
    said = {"expert": expert, "actor": expert.user, "code": CODE}
    with pytest.raises(FeeRefused, match="账户在发送验证码后改过"):
        change_account(bank="中国建设银行", number=OTHER, now=NOW, **said)
    change_account(bank="中国工商银行", number=CARD, now=NOW, **said)
    expert.refresh_from_db()
    with pytest.raises(FeeRefused, match="没有改动"):
        change_account(bank="中国工商银行", number=CARD, now=NOW, **said)
    with pytest.raises(FeeRefused, match="已失效"):
        change_account(bank="中国建设银行", number=OTHER, now=NOW, **said)
    with pytest.raises(FeeRefused, match="1 分钟后"):
        change(expert, OTHER)
    for at in range(1, 5):
        send_code(bank="建行", number=OTHER, now=NOW + at * MINUTE * 2, **said)
    with pytest.raises(FeeRefused, match="次数太多"):
        send_code(bank="建行", number=OTHER, now=NOW + 11 * MINUTE, **said)
    assert AccountCode.objects.count() == 5
    with pytest.raises(FeeRefused, match="只有专家本人"):
        send_code(expert=expert, bank="", number=CARD, code=CODE, actor=make_user("admin"), now=NOW)


def test_who_tries_five_times_needs_another_code(expert: Expert) -> None:
    said = {"expert": expert, "bank": "中国工商银行", "number": CARD, "actor": expert.user}
    send_code(**said, code=CODE, now=NOW)
    for left in (4, 3, 2, 1):
        with pytest.raises(FeeRefused, match=f"还可以试 {left} 次"):
            change_account(**said, code="000000", now=NOW)
    with pytest.raises(FeeRefused, match="已失效"):
        change_account(**said, code="000000", now=NOW)
    with pytest.raises(FeeRefused, match="已失效"):
        change_account(**said, code=CODE, now=NOW)


def test_without_a_code_he_changes_it_nowhere(expert: Expert) -> None:
    with pytest.raises(ChangeRefused, match="不能自行修改"):
        change_own(expert=expert, values={"bank_account": CARD}, actor=expert.user, now=NOW)


def test_nobody_looks_at_what_he_wrote_himself_and_another_waits_anew(
    expert: Expert, operator: User
) -> None:
    make_sent(operator, now=NOW, pool=(expert,))
    values = {"bank_name": "中国工商银行", "bank_account": CARD}
    update_expert(expert=expert, values=values, actor=operator, now=NOW)
    row = standing_account(expert)
    assert row
    with pytest.raises(FeeRefused, match="须由另一位"):
        decide_account(account=row, agree=True, note="", actor=operator, now=NOW)
    finance = make_user("finance")
    with pytest.raises(FeeRefused, match="写明哪里不对"):
        decide_account(account=row, agree=False, note="", actor=finance, now=NOW)
    row = decide_account(account=row, agree=False, note="户名不符", actor=finance, now=NOW)
    assert row.state == "refused"
    told = Message.objects.filter(occasion="fees.account_refused", channel="site")
    assert "户名不符" in told.get().body
    with pytest.raises(FeeRefused, match="已经处理过"):
        decide_account(account=row, agree=True, note="", actor=finance, now=NOW)
    update_expert(expert=expert, values={"bank_account": OTHER}, actor=operator, now=NOW)
    other = standing_account(expert)
    assert other
    assert (other.state, BankAccount.objects.get(pk=row.pk).state) == ("waiting", "ended")


def test_an_account_that_somebody_else_wrote_is_paid_nothing(expert: Expert) -> None:
    change(expert)
    expert.refresh_from_db()
    row = confirmed(expert)
    assert is_payable_to(row, expert)
    BankAccount.objects.filter(pk=row.pk).update(bank="中国建设银行")
    row.refresh_from_db()
    assert (row.is_altered, is_payable_to(row, expert)) == (True, False)
    BankAccount.objects.filter(pk=row.pk).update(bank="中国工商银行")
    row.refresh_from_db()
    assert is_payable_to(row, expert)
    Expert.objects.filter(pk=expert.pk).update(bank_name="中国银行")
    assert not is_payable_to(row, Expert.objects.get(pk=expert.pk))


def test_while_names_are_sealed_nobody_is_told_that_he_was_at_his_account(
    expert: Expert, operator: User
) -> None:
    now = timezone.now()
    make_sent(operator, now=now, pool=(expert,))
    make_draw(now=now, operator=operator)
    change(expert, now=now)
    finance = make_user("finance")
    assert not accounts_visible_to(finance).exists()
    # On the next day.
    BankAccount.objects.update(asked_at=now - timedelta(days=1))
    assert accounts_visible_to(finance).exists()


def test_the_pages_of_an_account(expert: Expert, operator: User) -> None:
    make_sent(operator, pool=(expert,))
    client, url = Client(), reverse("fees:own_account")
    assert expert.user
    login(client, expert.user)
    assert "还没有收款账户" in client.get(url).content.decode()
    wrong = client.post(url, {"number": "6222020000000000006", "do": "send"})
    assert (wrong.status_code, "最后一位" in wrong.content.decode()) == (422, True)
    wrong = client.post(url, {"number": CARD, "bank": "建设银行", "do": "send"})
    assert "这个卡号是中国工商银行的卡" in wrong.content.decode()
    sent = client.post(url, {"number": CARD, "do": "send"})
    assert "验证码已发出" in sent.content.decode()
    code = Message.objects.filter(occasion="fees.account_code").first()
    assert code
    digits = code.body.split("验证码 ")[1].split(" ")[0]
    lacking = client.post(url, {"number": CARD, "do": "save"})
    assert "请填写收到的验证码" in lacking.content.decode()
    done = client.post(url, {"number": CARD, "code": digits, "do": "save"}, follow=True)
    page = done.content.decode()
    assert "财务核对后向新账户付款" in page
    assert CARD not in page
    finance = login(Client(), make_user("finance"))
    row = BankAccount.objects.get()
    listed = finance.get(reverse("fees:accounts")).content.decode()
    assert "王立新" in listed
    assert CARD not in listed
    check = reverse("fees:account_check", args=[row.pk])
    assert "中国工商银行" in finance.get(check).content.decode()
    assert finance.post(check, {"agree": "no"}).status_code == 422
    assert finance.post(check, {"agree": "yes"}).status_code == 204
    assert BankAccount.objects.get().state == "confirmed"


def put_in(expert: Expert, clerk: User, number: str = CARD) -> Expert:
    """Let ``clerk`` write the account into the record."""
    values = {"bank_name": "中国工商银行", "bank_account": number}
    return update_expert(expert=expert, values=values, actor=clerk, now=timezone.now())


def agrees(row: BankAccount, actor: User, *, now: datetime | None = None) -> BankAccount:
    return decide_account(account=row, agree=True, note="", actor=actor, now=now or timezone.now())


def test_nobody_agrees_to_an_account_that_he_wrote_before_the_first_letter(
    expert: Expert, operator: User
) -> None:
    clerk, finance = make_user("finance"), make_user("finance")
    put_in(expert, clerk)
    make_sent(operator, pool=(expert,))
    row = standing_account(expert)
    assert row
    assert row.asked_by == operator
    for one in (clerk, operator):
        with pytest.raises(FeeRefused, match="须由另一位"):
            agrees(row, one)
    assert agrees(row, finance).state == "confirmed"


def test_what_nobody_is_known_to_have_written_nobody_agrees_to(expert: Expert) -> None:
    values = {"bank_name": "中国工商银行", "bank_account": CARD}
    expert = update_expert(expert=expert, values=values, actor=None, now=NOW)
    row = note_account(expert=expert, actor=None, now=NOW)
    assert row
    with pytest.raises(FeeRefused, match="没有记录这个账户由谁填写"):
        agrees(row, make_user("finance"))


def test_an_account_minutes_old_says_nothing_about_a_bank_account(
    expert: Expert, operator: User
) -> None:
    now = timezone.now()
    put_in(expert, operator)
    make_sent(operator, now=now, pool=(expert,))
    row = standing_account(expert)
    assert row
    fresh = make_user("finance", created_at=now - 5 * MINUTE)
    for agree in (True, False):
        with pytest.raises(FeeRefused, match="开通不满"):
            decide_account(account=row, agree=agree, note="户名不符", actor=fresh, now=now)


def test_who_handed_an_account_in_is_proven(expert: Expert, operator: User) -> None:
    put_in(expert, operator)
    make_sent(operator, pool=(expert,))
    BankAccount.objects.update(asked_by=None)
    row = standing_account(expert)
    assert row
    assert row.is_altered
    with pytest.raises(FeeRefused, match="系统之外"):
        agrees(row, make_user("finance"))


def test_an_account_that_changes_after_a_reversed_fee_waits(expert: Expert, operator: User) -> None:
    (line,) = make_sent(operator, pool=(expert,))
    reverse_fee(line=line, reason="登记有误", actor=operator, now=timezone.now())
    put_in(expert, operator)
    finance = make_user("finance")
    assert [one.number for one in accounts_to_check(finance)] == [CARD]


def test_while_names_are_sealed_the_account_of_before_stands_in_its_place(
    expert: Expert, operator: User
) -> None:
    now = timezone.now()
    clerk, finance = make_user("finance"), make_user("finance")
    put_in(expert, clerk)
    make_sent(operator, now=now, pool=(expert,))
    make_draw(now=now, operator=operator)
    page = login(Client(), finance)
    before = page.get(reverse("fees:accounts")).content.decode()
    (old,) = accounts_visible_to(finance)
    for number in (OTHER, "6222020000000000018"):
        change(expert, number, now=now)
        now += 2 * MINUTE
        assert list(accounts_visible_to(finance)) == list(accounts_to_check(finance)) == [old]
    after = page.get(reverse("fees:accounts")).content.decode()
    assert after.split("csrf")[0] == before.split("csrf")[0]
    assert after.count("待核对") == before.count("待核对")
    assert "已更换" not in after
    # He who looks at it notices nothing, and it is paid nothing: what was agreed to today is paid tomorrow.
    url = reverse("fees:account_check", args=[old.pk])
    assert page.post(url, {"agree": "yes"}).status_code == 204
    seen = accounts_visible_to(finance).get()
    assert (seen.pk, seen.told_state, seen.state) == (old.pk, "confirmed", "ended")
    (line,) = FeeLine.objects.select_related("expert__merged_into", "project", "rate")
    (one,) = payables([line])
    assert one.account == old
    assert "明天起可以付款" in one.why_not
    # On the next day the one that the record holds stands alone, and waits.
    BankAccount.objects.update(asked_at=F("asked_at") - timedelta(days=1))
    assert [one.state for one in accounts_visible_to(finance)] == ["waiting"]


@pytest.mark.shows("PORT-32")
@pytest.mark.parametrize(
    ("level", "told"), [("plain", CARD), ("masked", "0000"), ("hidden", "无权查看")]
)
def test_the_whole_number_is_told_to_whom_the_office_tells_it(
    client: Client, operator: User, level: str, told: str
) -> None:
    row = make_account(operator)
    finance = make_user("finance")
    RoleField.objects.update_or_create(
        role=Role.objects.get(code="finance"),
        field="experts.bank_account",
        defaults={"level": level},
    )
    login(client, finance)
    page = client.get(reverse("fees:account_check", args=[row.pk]), headers={"HX-Request": "true"})
    text = page.content.decode()
    assert told in text
    assert (CARD in text) is (level == "plain")
    assert CARD not in client.get(reverse("fees:accounts")).content.decode()
    # Who has to say that a number is right can read it: for a reason, and known to the log.
    reveal = reverse("fees:account_reveal", args=[row.pk])
    assert (reveal in text) is (level == "masked")
    if level == "masked":
        button = text[text.rindex("<button", 0, text.index(reveal)) :].partition(">")[0]
        assert 'hx-disabled-elt="this"' in button
    seen = LogEntry.objects.filter(action="fee.reveal")
    if level != "hidden":
        assert client.post(reveal, {"reason": "\u3164"}).status_code == 409
        assert not seen.exists()
    answer = client.post(reveal, {"reason": "与银行卡复印件核对"})
    if level == "hidden":
        assert answer.status_code == 404
        assert not seen.exists()
    else:
        assert answer.content.decode() == CARD
        (one,) = seen
        assert (one.actor, one.note, one.subject_label) == (
            finance,
            "与银行卡复印件核对",
            str(row.expert),
        )
        assert CARD not in str(one.after)
    # Whose business accounts are not, opens none.
    login(client, make_user("operator"))
    assert client.get(reverse("fees:account_check", args=[row.pk])).status_code in (403, 404)
    assert client.post(reveal, {"reason": "看看"}).status_code in (403, 404)
