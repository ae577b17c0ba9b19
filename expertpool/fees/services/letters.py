"""《劳务费确认函》: what an expert is paid for a review, as he signs it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from expertpool.core.configuration import value_of
from expertpool.core.documents import Lacking, SheetColumn, lacking_in, render_pdf, xlsx_sheet
from expertpool.core.placeholders import Placeholder, Value, Vocabulary, mark
from expertpool.core.text import moment_text
from expertpool.fees.enums import Pays
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.receipts import receipts_of
from expertpool.fees.rules.days import days_text
from expertpool.fees.settings import PAYER
from expertpool.papers.models import PaperTemplate
from expertpool.papers.queries import template_for
from expertpool.papers.registry import Paper
from expertpool.papers.services import fill_paper

# What is withheld is known when it is paid. Letters from before say what they said.
TAXED = "上列个人所得税按本月发送的确认函合并计算；实际代扣以付款当月同一付款单位发放的劳务报酬合并计算的为准。"
TAXED_BEFORE = "个人所得税按当月发放的劳务报酬合并计算代扣。"
CONFIRMS = "本人已核对以上评审时间、计算过程和金额，确认无误。"
# Nothing of it is signed: the expert is told, and what he has too much comes back.
RETURNS = "本函告知多付的金额，请退回“应收回”的数额，不用签字。“代扣个人所得税”一栏是当初多代扣的税款，由付款单位更正申报。"
TEMPLATE, ALL = "fees/letter.typ", "fees/letters.typ"


def payer_of(line: FeeLine) -> str:
    """Return who pays: as its rate says, else what the office has set, else the purchaser, else the department of the project."""
    project = line.project
    if line.rate.pays == Pays.AGENCY or (
        line.rate.pays == Pays.OWNER and project.purchaser is None
    ):
        return str(project.department)
    if line.rate.pays == Pays.OWNER:
        return str(project.purchaser)
    other = None if line.rate.pays == Pays.CENTRE else project.purchaser
    return value_of(PAYER) or str(other or project.department)


def said_now(line: FeeLine) -> dict[str, str]:
    """Return what the letter of ``line`` says beside its sums, as it stands now: kept, and signed, as it is sent."""
    return (
        {
            "project": line.project.name,
            "payer": payer_of(line),
            "expert": line.expert.name,
            "outcome": str(line.get_outcome_display()),
            "times": _times(line),
            "breaks": str(line.break_minutes),
            "rate": str(line.rate),
            "source": line.rate.source,
            "note": line.note,
            "taxed": TAXED,
        }
        | _receipts(line)
        | _corrects(line)
    )


def _corrects(line: FeeLine) -> dict[str, str]:
    """Which letter is corrected, of a correction."""
    return {"corrects": line.corrects.letter_hash} if line.corrects else {}


def _receipts(line: FeeLine) -> dict[str, str]:
    """What names the receipts of his travel, whatever becomes of the files."""
    marks = [bytes(one.sha256).hex() for one in receipts_of(line)] if line.travel else []
    # Left out where there are none: letters from before travel was paid keep their hash.
    return {"receipts": " ".join(marks)} if marks else {}


def said_of(line: FeeLine) -> dict[str, str]:
    """Return the same of a letter that was sent as it was then, whatever was renamed or set since."""
    return line.said or said_now(line)


LETTER = "fees.letter"
LABEL = "劳务费确认函"
VOCABULARY = Vocabulary(
    fields=(
        Placeholder("项目名称", "市第一人民医院信息化建设项目"),
        Placeholder("项目编号", "ZC-2026-0117"),
        Placeholder("付款单位", "市第一人民医院"),
        Placeholder("专家姓名", "王建国"),
        Placeholder("专家编号", "ZJ2026000001"),
        Placeholder("评审情况", "完成评审"),
        Placeholder("评审时间", "2026-11-24 09:00 至 2026-11-24 12:30"),
        Placeholder("休息分钟", 30),
        Placeholder("计酬分钟", 180),
        Placeholder("劳务费标准", "政府采购评审 第 1 版"),
        Placeholder("应发", "500.00"),
        Placeholder("个税", "0.00"),
        Placeholder("实发", "500.00"),
        Placeholder("差旅", "0.00"),
        Placeholder("应付合计", "500.00"),
        Placeholder("说明", ""),
        Placeholder("发送时间", "2026-11-24 15:00"),
        Placeholder("签字日期", "2026-11-24"),
        Placeholder("内容摘要", "7d0c1f3a…"),
    ),
    columns=(Placeholder("步骤.内容", "3 小时以内"), Placeholder("步骤.金额", "500.00")),
    required=("专家姓名", "应发", "内容摘要"),
)


def letter_starter() -> bytes:
    """Return the built-in form of the letter, to be changed and uploaded."""
    names = [one.name for one in VOCABULARY.fields]
    return xlsx_sheet(
        title="评审专家劳务费确认函",
        fields=[(name, mark(name)) for name in names],
        columns=[SheetColumn("计算过程", 60), SheetColumn("金额（元）", 20)],
        rows=[[mark("步骤.内容"), mark("步骤.金额")]],
        signatures=("专家签字", "日期"),
    )


PAPER = Paper(LETTER, LABEL, VOCABULARY, letter_starter, order=30)


def own_form(line: FeeLine) -> PaperTemplate | None:
    """Return the office's own form of the letter of ``line``: of the kind of its project first, kinds may have forms of their own.
    A correction has none: what it corrects, and that nobody signs what comes back, stands in no form of letters."""
    return None if line.corrects_id else template_for(LETTER, line.project.kind)


def letter_file(line: FeeLine, *, at: datetime) -> tuple[bytes, str]:
    """Return (content, ending) of the letter in the office's own form, to be printed and signed on paper; where it has
    none, the PDF."""
    template = own_form(line)
    if template is None:
        return letter_pdf(line, at=at), "pdf"
    said = said_of(line)
    values: dict[str, Value] = {
        "项目名称": said["project"],
        "项目编号": line.project.number,
        "付款单位": said["payer"],
        "专家姓名": said["expert"],
        "专家编号": line.expert.number,
        "评审情况": said["outcome"],
        "评审时间": said["times"],
        "休息分钟": line.break_minutes,
        "计酬分钟": line.minutes,
        "劳务费标准": said["rate"],
        "应发": f"{line.gross:.2f}",
        # What is withheld is known once it is sent: other fees of the month come before.
        "个税": f"{line.tax:.2f}" if line.sent_at else "",
        "实发": f"{line.told_net:.2f}" if line.sent_at else "",
        "差旅": f"{line.travel:.2f}",
        "应付合计": f"{line.told_net + line.travel:.2f}" if line.sent_at else "",
        "说明": said["note"],
        "发送时间": moment_text(line.sent_at) if line.sent_at else "",
        "签字日期": line.told_on.isoformat() if line.told_on else "",
        "内容摘要": line.letter_hash,
    }
    lines = [{"步骤.内容": one.text, "步骤.金额": f"{one.amount:.2f}"} for one in line.calculation]
    return fill_paper(template=template, values=values, lines=lines, now=at), template.form


def _times(line: FeeLine) -> str:
    if not line.started_at:
        return "—"
    if line.days:
        return days_text(line.stretches)
    return f"{moment_text(line.started_at)} 至 {moment_text(line.ended_at)}"


def letter_pdf(line: FeeLine, *, at: datetime) -> bytes:
    """Return the letter for A4: the rule, the hours, the steps, the sums, who pays; with the signature and its time
    once there is one."""
    return render_pdf(TEMPLATE, _letter(line), at=at)


def lacking_of(lines: Iterable[FeeLine]) -> list[Lacking]:
    """Return of which of ``lines`` the letter would have empty boxes."""
    return lacking_in((one.expert.name, "".join(_words(one))) for one in lines)


def _words(line: FeeLine) -> Iterable[str]:
    return line.said.values() if line.said else (line.expert.name, line.project.name, line.note)


def letters_pdf(lines: Iterable[FeeLine], *, at: datetime) -> bytes:
    """Return the letters of ``lines``, at least one, as one file."""
    data = {"letters": [_letter(one) for one in lines], "footer": moment_text(at)}
    return render_pdf(ALL, data, at=at)


def _travel(line: FeeLine) -> list[list[str]]:
    """What he is paid for his way, and with it, where that is anything."""
    if not line.travel:
        return []
    together = f"{line.told_net + line.travel:,.2f}" if line.sent_at else "发送时计算"
    count = str(len(receipts_of(line)))
    return [
        ["差旅（元，不计税）", f"{line.travel:,.2f}"],
        ["差旅票据（份）", count],
        ["应付合计（元）", together],
    ]


def _corrected(line: FeeLine, said: dict[str, str]) -> list[list[Any]]:
    """Which letter is corrected, and what it came to, of a correction."""
    if line.corrects is None:
        return []
    return [
        ["原应发（元）", f"{line.corrects.gross:,.2f}", True],
        ["原内容摘要", said.get("corrects", line.corrects.letter_hash), True],
    ]


def _letter(line: FeeLine) -> dict[str, Any]:
    said = said_of(line)
    return {
        "title": "评审专家劳务费更正函" if line.corrects else "评审专家劳务费确认函",
        "head": [
            ["项目名称", said["project"], True],
            ["项目编号", line.project.number],
            ["付款单位", said["payer"]],
            ["专家姓名", said["expert"]],
            ["专家编号", line.expert.number],
            ["评审情况", said["outcome"]],
            ["评审时间", said["times"], "\n" in said["times"]],
            ["休息用餐", f"{said['breaks']} 分钟"],
            ["计酬时长", f"{line.minutes} 分钟"],
            ["劳务费标准", f"{said['rate']}　{said['source']}".strip(), True],
            *_corrected(line, said),
        ],
        "steps": [[one.text, f"{one.amount:,.2f}"] for one in line.calculation],
        "sums": [
            ["应发（元）", f"{line.gross:,.2f}"],
            ["代扣个人所得税（元）", f"{line.tax:,.2f}" if line.sent_at else "发送时计算"],
            ["实发（元）", f"{line.told_net:,.2f}" if line.sent_at else "发送时计算"],
            *_travel(line),
            *([["应收回（元）", f"{-line.told_net:,.2f}"]] if line.gross < 0 else []),
        ],
        "note": said["note"],
        "confirms": "" if line.gross < 0 else CONFIRMS + said.get("taxed", TAXED_BEFORE),
        "returns": RETURNS if line.gross < 0 else "",
        "signed": line.told_on.isoformat() if line.told_on else "",
        "signature": line.readable_signature if line.told_on else "",
        "reversed": f"已于 {moment_text(line.reversed_at)} 冲销：{line.reversal}"
        if line.reversed_at
        else "",
        "hash": line.letter_hash,
        "footer": f"{line.project.number}　{said['expert']}",
    }
