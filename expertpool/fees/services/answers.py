"""The bank's answer to a batch, read from its table: what was paid, and what came back why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError

from expertpool.audit.services import record
from expertpool.core.importing import (
    CHECK,
    Fault,
    ImportColumn,
    Importer,
    Note,
    Row,
    Totals,
)
from expertpool.core.importing.columns import CellRefused, as_code, as_line, day, money, text
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import Payment
from expertpool.fees.models.lines import FEES
from expertpool.fees.permissions import PAY
from expertpool.fees.queries.payments import WAITS, payments_visible_to
from expertpool.fees.queries.void_draws import HELD, held_payments
from expertpool.fees.services.payments import DROPPED, day_of_payment, mark_paid, mark_returned

# What banks write of a payment. A word that is none of these is asked about.
PAID = (
    "成功",
    "交易成功",
    "处理成功",
    "付款成功",
    "支付成功",
    "已付款",
    "已入账",
    "入账成功",
    "已支付",
    "S",
    # Codes of some banks for the same.
    "00",
    "0000",
)
RETURNED = (
    "失败",
    "交易失败",
    "处理失败",
    "付款失败",
    "支付失败",
    "退汇",
    "已退回",
    "退回",
    "拒绝",
    "F",
)
RESULTS = {**dict.fromkeys(PAID, True), **dict.fromkeys(RETURNED, False)}


def amount(cell: Any) -> Decimal:
    """Clean what a bank says that it paid; never nothing, and no more than a fee can be."""
    found = money(cell)
    # An empty cell is no sum: whoever left it so has to say what was paid.
    if found is None or found > FEES.high:
        raise CellRefused("{}格式", "应为金额，像 960.00。")
    return found


def result(cell: Any) -> bool:
    """Clean what a bank says of a payment: whether it was paid."""
    word = as_line(cell).upper() if isinstance(cell, str) else as_code(cell)
    if word in RESULTS:
        return RESULTS[word]
    raise CellRefused("{}不认识", "应为：成功、失败、退汇。", word=word)


def result_word(value: Any) -> str:
    return "成功" if value else "失败、退汇"


def account(cell: Any) -> str:
    return "".join(as_code(cell).split()).replace("-", "")


class AnswerImporter(Importer):
    """Takes the table that a bank gives back: each row is one payment, found by its reference, else by account and sum."""

    code = "fee-answers"
    label = "银行付款结果"
    permission = PAY
    named_by = "name"
    columns = (
        ImportColumn(
            "reference",
            "流水号",
            as_code,
            aliases=(
                "业务参考号",
                "客户流水号",
                "企业流水号",
                "业务编号",
                "明细编号",
                "商户订单号",
            ),
            help="银行文件里的流水号；没有这一列的，按收款账号和金额找。",
            sample="FK20261100010001",
            width=22,
        ),
        ImportColumn(
            "number",
            "收款账号",
            account,
            aliases=("账号", "收款人账号", "银行账号", "卡号", "收方账号", "对方账号"),
            help="必须是文本格式。",
            sample="6222020000000000000",
            width=24,
        ),
        ImportColumn(
            "name",
            "收款户名",
            text(100),
            aliases=("户名", "收款人", "收款人名称", "收款人姓名", "姓名", "收方户名"),
            sample="王建国",
        ),
        ImportColumn(
            "amount",
            "金额",
            amount,
            aliases=("交易金额", "付款金额", "实付", "发放金额", "金额（元）"),
            required=True,
            sample="960.00",
        ),
        ImportColumn(
            "result",
            "处理结果",
            result,
            aliases=("结果", "状态", "交易状态", "处理状态", "付款状态", "交易结果"),
            required=True,
            choices=("成功", "失败", "退汇"),
            sample="成功",
            word=result_word,
        ),
        ImportColumn(
            "on",
            "付款日期",
            day,
            aliases=("交易日期", "入账日期", "处理日期", "交易时间"),
            help="个税按这个月申报；不填的是今天。",
            sample="2026-11-25",
        ),
        ImportColumn(
            "why",
            "失败原因",
            text(200),
            aliases=("原因", "退回原因", "退汇原因", "备注", "附言", "错误信息", "返回信息"),
            width=26,
        ),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by_reference: dict[str, Payment] = {}
        self.by_account: dict[tuple[str, Decimal], list[Payment]] = {}
        self.held: set[int] = set()
        self.rows_said: dict[int, int] = {}  # payment → row of this file
        self.done = {True: 0, False: 0}

    def prepare(self, rows: Sequence[Row]) -> None:
        known = payments_visible_to(self.actor)
        wanted = {row.values["reference"].upper() for row in rows if row.values.get("reference")}
        # Anew for each part of the file: its rows alone are looked at.
        self.by_reference = {one.reference: one for one in known.filter(reference__in=wanted)}
        self.by_account = {}
        self.held = held_payments(known)
        # Only where a row needs it: each account has to be decrypted, there is no other way to find it.
        if any(not row.values.get("reference") for row in rows):
            for one in known.filter(WAITS):
                key = one.account.readable_number, one.amount
                self.by_account.setdefault(key, []).append(one)

    def validate(self, row: Row) -> Fault | None:
        found = self._find(row)
        if isinstance(found, Fault):
            return found
        if found.is_altered or found.batch.is_altered:
            told = f"{found.reference} 在系统之外被改动过，请管理员查看操作日志。"
            return self.fault("reference", "付款被改动过", told)
        # Paid is what the bank paid: another sum is a mistake of one of the two, and finance has to find which.
        if found.amount != row.values["amount"]:
            return self.fault(
                "amount", "金额不符", f"{found.reference} 应为 {found.amount:.2f} 元。"
            )
        if (number := row.values.get("number")) and number != found.account.readable_number:
            return self.fault("number", "收款账号不符", f"与 {found.reference} 的账号不同。")
        if found.pk in self.rows_said:
            return self.fault(
                "reference", "重复", f"与第 {self.rows_said[found.pk]} 行是同一笔付款。"
            )
        if wrong := self._fault_of_result(row, found):
            return wrong
        self._compare_name(row, found.account.expert.name)
        self.rows_said[found.pk] = row.number
        row.values["payment"] = found
        row.subject = f"{found.account.expert.name} {found.reference}"
        return None

    def _fault_of_result(self, row: Row, found: Payment) -> Fault | None:
        if found.returned_at:
            return self.fault("result", "已登记过退回")
        if found.dropped_at:
            return self.fault("result", "已作废", f"{found.reference} {DROPPED}。")
        # But what was paid may still come back: banks return some days later.
        if not row.values["result"]:
            told = "失败、退汇的请写明原因。"
            return None if row.values.get("why") else self.fault("why", "失败原因为空", told)
        if found.paid_at:
            return self.fault("result", "已登记过付款")
        if found.pk in self.held:
            return self.fault("result", "暂停付款", f"{found.reference} 的{HELD}。")
        try:
            day_of_payment(found.batch, row.values.get("on"), self.now)
        except FeeRefused as refusal:
            return self.fault("on", "付款日期不对", str(refusal))
        return None

    def _compare_name(self, row: Row, payee: str) -> None:
        """Remark a payee's name that is another: banks shorten and mask them, hence it refuses nothing."""
        name = row.values.get("name", "")
        if name and "*" not in name and name != payee:
            told = f"与收款专家「{payee}」不同，请核对。"
            note = Note("收款户名", CHECK, name, told, is_pressing=True, in_place=False)
            row.notes.append(note)

    def _find(self, row: Row) -> Payment | Fault:
        reference = row.values.get("reference", "").upper()
        if reference:
            found = self.by_reference.get(reference)
            return found or self.fault("reference", "流水号不存在", "没有此流水号的付款。")
        if not row.values.get("number"):
            return self.fault("number", "收款账号为空", "没有流水号的，请填写收款账号。")
        key = row.values["number"], row.values["amount"]
        # Two payments of one sum to one account: which row means which, only the reference says.
        same = [one for one in self.by_account.get(key, []) if one.pk not in self.rows_said]
        if len(same) == 1:
            return same[0]
        if same:
            return self.fault(
                "reference", "付款不唯一", "同一账号有几笔相同金额的付款，请填写流水号。"
            )
        return self.fault("number", "付款不存在", "没有付给此账号这个金额的付款。")

    def forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if (found := row.values.get("payment")) is not None:
                self.rows_said.pop(found.pk, None)

    def save(self, rows: Sequence[Row]) -> None:
        try:
            self._mark(rows)
        except FeeRefused as error:  # meanwhile: the rows are checked once more
            raise IntegrityError(str(error)) from error

    def _mark(self, rows: Sequence[Row]) -> None:
        paid: dict[tuple[int, date | None], list[Payment]] = {}
        for row in rows:
            found = row.values["payment"]
            if row.values["result"]:
                key = found.batch_id, row.values.get("on")
                paid.setdefault(key, []).append(found)
            else:
                note = row.values["why"]
                mark_returned(payment=found, note=note, actor=self.actor, now=self.now)
            self.done[row.values["result"]] += 1
        # One call for each batch and day: it is held, and logged, once.
        for (_, on), some in paid.items():
            mark_paid(
                batch=some[0].batch,
                payments=[one.pk for one in some],
                actor=self.actor,
                now=self.now,
                on=on,
            )

    def finish(self, totals: Totals, *, file_name: str) -> None:
        after = totals.told("登记") | {"已付款": self.done[True], "退回": self.done[False]}
        record("fee.answer", actor=self.actor, now=self.now, after=after, note=file_name)
