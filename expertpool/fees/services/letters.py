"""《劳务费确认函》: what an expert is paid for a review, as he signs it."""

from __future__ import annotations

from datetime import datetime

from expertpool.core.configuration import value_of
from expertpool.core.documents import render_pdf
from expertpool.core.text import moment_text
from expertpool.fees.models import FeeLine
from expertpool.fees.settings import PAYER

TEMPLATE = "fees/letter.typ"


def payer_of(line: FeeLine) -> str:
    """Return who pays: what the office has set, else the purchaser, else the department of the project."""
    project = line.project
    return value_of(PAYER) or str(project.purchaser or project.department)


def letter_pdf(line: FeeLine, *, at: datetime) -> bytes:
    """Return the letter for A4: the rule, the hours, the steps, the sums, who pays; with the signature and its time
    once there is one."""
    times = (
        f"{moment_text(line.started_at)} 至 {moment_text(line.ended_at)}"
        if line.started_at
        else "—"
    )
    data = {
        "title": "评审专家劳务费确认函",
        "head": [
            ["项目名称", line.project.name, True],
            ["项目编号", line.project.number],
            ["付款单位", payer_of(line)],
            ["专家姓名", line.expert.name],
            ["专家编号", line.expert.number],
            ["评审情况", str(line.get_outcome_display())],
            ["评审时间", times],
            ["休息用餐", f"{line.break_minutes} 分钟"],
            ["计酬时长", f"{line.minutes} 分钟"],
            ["劳务费标准", f"{line.rate}　{line.rate.source}".strip(), True],
        ],
        "steps": [[one.text, f"{one.amount:,.2f}"] for one in line.calculation],
        "sums": [
            ["应发（元）", f"{line.gross:,.2f}"],
            ["代扣个人所得税（元）", f"{line.tax:,.2f}" if line.sent_at else "发送时计算"],
            ["实发（元）", f"{line.net:,.2f}" if line.sent_at else "发送时计算"],
        ],
        "note": line.note,
        "signed": line.told_on.isoformat() if line.told_on else "",
        "signature": line.readable_signature if line.told_on else "",
        "reversed": f"已于 {moment_text(line.reversed_at)} 冲销：{line.reversal}"
        if line.reversed_at
        else "",
        "hash": line.letter_hash,
        "footer": f"{line.project.number}　{line.expert.name}",
    }
    return render_pdf(TEMPLATE, data, at=at)
