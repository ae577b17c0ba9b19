"""The files of payments: 劳务费发放表, the file for the bank, that for the tax bureau. Each is filled into the form that the
office has uploaded, else into the built-in one, which is where its own begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.bounds import Bounds
from expertpool.core.documents import SheetColumn, xlsx_sheet
from expertpool.core.filling import fill_template
from expertpool.core.placeholders import Placeholder, Value, Vocabulary, mark
from expertpool.core.text import moment_text
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import Payment, PaymentBatch
from expertpool.fees.queries.payments import WAITS, payments_of, sums_of
from expertpool.fees.queries.void_draws import HELD, held_payments
from expertpool.fees.services.payments import check_unaltered
from expertpool.papers.queries import template_for
from expertpool.papers.registry import Paper
from expertpool.papers.services import fill_paper

TABLE, BANK, TAX = "fees.table", "fees.bank", "fees.tax"
LABELS = {TABLE: "劳务费发放表", BANK: "银行代发文件", TAX: "个税扣缴申报文件"}
YEARS = Bounds(2000, 2100)
LABOUR = "劳务报酬所得"
PAUSED = "抽取已作废，暂停付款"

_BATCH = (
    Placeholder("批次编号", "FK2026110001"),
    Placeholder("批次名称", "十一月评审劳务费"),
    Placeholder("笔数", 2),
    Placeholder("应发合计", 2000.0),
    Placeholder("个税合计", 80.0),
    Placeholder("差旅合计", 0.0),
    Placeholder("实付合计", 1920.0),
    Placeholder("建立人", "周会计"),
    Placeholder("建立时间", "2026-11-25 10:00"),
    Placeholder("批准时间", "2026-11-25 15:00"),
    Placeholder("打印时间", "2026-11-26 09:00"),
)
_PAID = (
    Placeholder("付款.序号", 1),
    Placeholder("付款.流水号", "FK20261100010001"),
    Placeholder("付款.姓名", "王建国"),
    Placeholder("付款.专家编号", "ZJ2026000001"),
    Placeholder("付款.工作单位", "省建筑设计研究院"),
    Placeholder("付款.项目名称", "市第一人民医院信息化建设项目"),
    Placeholder("付款.项目编号", "ZC-2026-0117"),
    Placeholder("付款.开户银行", "中国工商银行长沙分行"),
    Placeholder("付款.银行账号", "6222020000000000000"),
    Placeholder("付款.应发", 1000.0),
    Placeholder("付款.个税", 40.0),
    Placeholder("付款.差旅", 0.0),
    Placeholder("付款.实付", 960.0),
    Placeholder("付款.签字时间", "2026-11-24"),
    Placeholder("付款.状态", "已付款"),
    Placeholder("付款.用途", "评审劳务费"),
)
_TAXED = (
    Placeholder("人员.序号", 1),
    Placeholder("人员.专家编号", "ZJ2026000001"),
    Placeholder("人员.姓名", "王建国"),
    Placeholder("人员.证件类型", "居民身份证"),
    Placeholder("人员.证件号码", "110101197001010016"),
    Placeholder("人员.所得项目", LABOUR),
    Placeholder("人员.收入", 1000.0),
    Placeholder("人员.已扣税额", 40.0),
    Placeholder("人员.手机号", "13800000000"),
    Placeholder("人员.备注", ""),
)
VOCABULARIES = {
    TABLE: Vocabulary(_BATCH, _PAID, required=("付款.姓名", "付款.实付")),
    BANK: Vocabulary(_BATCH, _PAID, required=("付款.银行账号", "付款.实付")),
    TAX: Vocabulary(
        (
            Placeholder("税款所属期", "2026-11"),
            Placeholder("扣缴单位", "市第一人民医院"),
            Placeholder("人数", 1),
        ),
        _TAXED,
        required=("人员.证件号码", "人员.收入"),
    ),
}
# Header, width, placeholder of the line; the first two lines of a form say what the whole is.
_COLUMNS: dict[str, tuple[tuple[str, float, str], ...]] = {
    TABLE: (
        ("序号", 6, "付款.序号"),
        ("姓名", 10, "付款.姓名"),
        ("工作单位", 22, "付款.工作单位"),
        ("项目", 26, "付款.项目名称"),
        ("开户银行", 20, "付款.开户银行"),
        ("银行账号", 22, "付款.银行账号"),
        ("应发（元）", 12, "付款.应发"),
        ("代扣个税（元）", 13, "付款.个税"),
        ("差旅（元）", 11, "付款.差旅"),
        ("实付（元）", 12, "付款.实付"),
        ("状态", 9, "付款.状态"),
    ),
    BANK: (
        ("流水号", 20, "付款.流水号"),
        ("收款账号", 24, "付款.银行账号"),
        ("收款户名", 14, "付款.姓名"),
        ("开户银行", 26, "付款.开户银行"),
        ("金额", 12, "付款.实付"),
        ("用途", 16, "付款.用途"),
    ),
    TAX: (
        ("工号", 16, "人员.专家编号"),
        ("*姓名", 12, "人员.姓名"),
        ("*证件类型", 14, "人员.证件类型"),
        ("*证件号码", 22, "人员.证件号码"),
        ("*所得项目", 16, "人员.所得项目"),
        ("*本期收入", 14, "人员.收入"),
        # Not the client's 已缴税额, which is what was paid before: it would leave nothing to pay.
        ("代扣税额（核对用）", 18, "人员.已扣税额"),
        ("备注", 20, "人员.备注"),
    ),
}
_HEAD = {
    TABLE: (
        "批次编号",
        "批次名称",
        "笔数",
        "应发合计",
        "个税合计",
        "差旅合计",
        "实付合计",
        "批准时间",
    ),
    BANK: ("批次编号", "笔数", "实付合计"),
    TAX: ("税款所属期", "扣缴单位", "人数"),
}


def starter(code: str) -> bytes:
    """Return the built-in form of a paper, to be changed and uploaded."""
    columns = _COLUMNS[code]
    return xlsx_sheet(
        title=LABELS[code],
        fields=[(name, mark(name)) for name in _HEAD[code]],
        columns=[SheetColumn(header, width) for header, width, _ in columns],
        rows=[[mark(name) for *_, name in columns]],
        signatures=("制表", "复核", "负责人") if code == TABLE else (),
        fields_a_line=4,
    )


PAPERS = tuple(
    Paper(code, LABELS[code], vocabulary, partial(starter, code), order=40)
    for code, vocabulary in VOCABULARIES.items()
)


def fill(
    code: str,
    values: Mapping[str, Value],
    lines: Sequence[Mapping[str, Value]],
    *,
    now: datetime,
) -> tuple[bytes, str]:
    """Return (content, ending) of a paper in the office's form, else the built-in one."""
    template = template_for(code, "")
    if template is None:
        return fill_template(starter(code), VOCABULARIES[code], values=values, lines=lines), "xlsx"
    return fill_paper(template=template, values=values, lines=lines, now=now), template.form


def batch_file(batch: PaymentBatch, code: str, *, actor: User, now: datetime) -> tuple[bytes, str]:
    """Return (content, name) of the table or the bank's file of ``batch``. Logged: it names accounts in full. What is held since its
    draw is void (docs/decisions/0480) is not in the file for the bank, and nothing in the table's sums.

    Refuses (FeeRefused) a batch of which anything was written past this system: it would be paid to whom somebody wrote; and a
    file for the bank with nothing but what is held.
    """
    rows = payments_of(batch)
    check_unaltered(batch, rows)
    held = held_payments(batch.payments.all()) if batch.approved_at else set()
    if code == BANK:
        # The file is sent to the bank: what was paid must not be in it a second time, what is held or given up not at all.
        rows = rows.filter(WAITS).exclude(pk__in=held)
        if held and not rows:
            raise FeeRefused(f"这个批次没有可以付的：{HELD}。")
    out = held | {one.pk for one in rows if one.dropped_at} if batch.approved_at else set()
    sums = sums_of(rows.exclude(pk__in=out))
    values: dict[str, Value] = {
        "批次编号": batch.number,
        "批次名称": batch.title,
        "笔数": sum(one.pk not in out for one in rows),
        # A number, not a text: forms of the office add up by formulas.
        "应发合计": float(sums["gross"]),
        "个税合计": float(sums["tax"]),
        "差旅合计": float(sums["travel"]),
        "实付合计": float(sums["amount"]),
        "建立人": batch.made_by.name,
        "建立时间": moment_text(batch.made_at),
        "批准时间": moment_text(batch.approved_at) if batch.approved_at else "",
        "打印时间": moment_text(now),
    }
    lines = [
        _paid(at, one) | (_unpaid(one, one.pk in held) if one.pk in out else {})
        for at, one in enumerate(rows, 1)
    ]
    content, ending = fill(code, values, lines, now=now)
    record("fee.batch_file", actor=actor, now=now, subject=batch, after={"文件": LABELS[code]})
    return content, f"{LABELS[code]} {batch.number}.{ending}"


def _paid(at: int, one: Payment) -> dict[str, Value]:
    line, payee = one.line, one.account.expert
    return {
        "付款.序号": at,
        "付款.流水号": one.reference,
        "付款.姓名": payee.name,
        "付款.专家编号": payee.number,
        "付款.工作单位": str(payee.employer or ""),
        "付款.项目名称": line.project.name,
        "付款.项目编号": line.project.number,
        "付款.开户银行": one.account.bank,
        "付款.银行账号": one.account.readable_number,
        "付款.应发": float(one.gross),
        "付款.个税": float(one.tax),
        "付款.差旅": float(one.travel),
        "付款.实付": float(one.amount),
        # By the day, as on pages: the minute says when he was at his account (docs/decisions/0287).
        "付款.签字时间": f"{timezone.localdate(line.signed_at)}" if line.signed_at else "",
        "付款.状态": str(one.state.label),
        "付款.用途": "评审劳务费",
    }


def _unpaid(one: Payment, is_held: bool) -> dict[str, Value]:
    """Said, not left out; nought, so that the office's formulas add up to what is paid."""
    nought: dict[str, Value] = dict.fromkeys(
        ("付款.应发", "付款.个税", "付款.差旅", "付款.实付"), 0.0
    )
    return nought | {"付款.状态": PAUSED if is_held else str(one.state.label)}
