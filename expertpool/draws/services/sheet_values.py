"""What customers' templates of sheets may use, and the values for one draw.

Names are only ever added: templates that are in use hold the old ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.core.placeholders import Placeholder, Value, Vocabulary
from expertpool.core.text import moment_text
from expertpool.draws.enums import SheetKind
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import words_of
from expertpool.draws.queries.panel_state import state_words_of
from expertpool.draws.services.sheets import Sheet, SheetRow
from expertpool.draws.services.sign_in import SignInRow, SignInSheet

_PROJECT = (
    Placeholder("文书标题", "评审专家抽取表"),
    Placeholder("项目名称", "市第一人民医院信息化建设项目"),
    Placeholder("项目编号", "ZC-2026-0117"),
    Placeholder("项目类型", "货物"),
    Placeholder("适用制度", "政府采购"),
    Placeholder("采购单位", "市第一人民医院"),
    Placeholder("所属部门", "采购中心"),
    Placeholder("评审地点", "市公共资源交易中心三楼 306"),
    Placeholder("评审时间", "2026-11-24 09:30"),
    Placeholder("报到时间", "2026-11-24 09:00"),
    Placeholder("负责人", "李萌"),
    Placeholder("负责人电话", "021-55500001"),
    Placeholder("抽取编号", "CQ20261117-0003"),
    Placeholder("抽取人", "周敏"),
    Placeholder("抽取时间", "2026-11-17 15:02"),
    Placeholder("打印人", "周敏"),
    Placeholder("打印时间", "2026-11-24 08:10"),
)
LATER = "名单公开后显示"
# What persons did to the draw, as the built-in sheet says it; nothing where nobody did.
HANDS = ("人工干预", "应急抽取", "改期", "放宽条件补抽", "作废")
_DRAW = (
    Placeholder("抽取方式", "随机抽取"),
    Placeholder("抽取状态", "抽取成功"),
    Placeholder("应抽人数", 5),
    Placeholder("候补人数", 1),
    Placeholder("候选人数", 126),
    Placeholder("抽取条件", "技术类 4 人：专业 属于 计算机应用；经济类 1 人：专业 属于 财务"),
    Placeholder("人工干预", "2 次（更换专家 1 次、应急抽取 1 次）"),
    Placeholder("应急抽取", "2026-11-23 16:10 起，答复 15 分钟；周敏 申请，李监督 确认；次日开标"),
    Placeholder(
        "改期", "2026-11-20 10:00 周敏：2026-11-24 09:00，301 → 2026-11-24 09:30，306；检修"
    ),
    Placeholder(
        "放宽条件补抽", "补充 CQ20261116-0002（评审组有空缺）；监督人 李监督 确认；人数不足"
    ),
    Placeholder("作废", "2026-11-23 17:00 周敏 申请，李监督 确认：回避单位漏填"),
    Placeholder("封存时间", "2026-11-17 15:00"),
    Placeholder("封存值", "7d0c1f3a 52e8b946 …"),
    Placeholder("种子", "c41be907 6a2f83d5 …"),
    Placeholder("事件链", "共 6 个，链头 5e20b7d9 …"),
    Placeholder("留痕链", "第 20317 条 9b1e44c0 …"),
    Placeholder("核验网址", "https://pool.example.cn/verify/k7m2q9x4tbhw8c3e/"),
)
_LINE = (
    Placeholder("专家.序号", 1),
    Placeholder("专家.姓名", "王建国"),
    Placeholder("专家.专家编号", "ZJ00001234"),
    Placeholder("专家.工作单位", "省建筑设计研究院"),
    Placeholder("专家.候补", "候补"),
)
VOCABULARIES = {
    SheetKind.DRAW: Vocabulary(
        fields=(*_PROJECT, *_DRAW),
        columns=(
            *_LINE,
            Placeholder("专家.职称", "高级工程师"),
            Placeholder("专家.专业", "计算机应用、信息安全"),
            Placeholder("专家.联系方式", "138****0001"),
            Placeholder("专家.是否参加", "参加"),
            Placeholder("专家.备注", "技术类"),
        ),
        required=("专家.姓名",),
    ),
    SheetKind.SIGN_IN: Vocabulary(
        fields=_PROJECT,
        columns=(
            *_LINE,
            Placeholder("专家.身份证号", "3101************12"),
            Placeholder("专家.类别", "技术类（组长）"),
            Placeholder("专家.职务职称", "总工程师、高级工程师"),
            Placeholder("专家.电话", "138****0001"),
            Placeholder("专家.签到时间", "2026-12-01 08:52"),
        ),
        required=("专家.姓名",),
    ),
}


@dataclass(frozen=True)
class SheetValues:
    """Values by the names of a vocabulary: of the sheet, and of each line."""

    fields: dict[str, Value]
    lines: list[dict[str, Value]]


def draw_sheet_values(draw: Draw, sheet: Sheet) -> SheetValues:
    """Return what ``sheet`` holds by the names of its vocabulary."""
    conditions = [f"{name} {seats} 人：{text or '不限'}" for name, seats, text in sheet.conditions]
    own: dict[str, Value] = {
        "抽取方式": _way(draw),
        "抽取状态": state_words_of(draw),
        "应抽人数": draw.rule.seats,
        "候补人数": draw.rule.standby_seats,
        # Before the release it tells how many others are held elsewhere.
        "候选人数": LATER if draw.told_candidates is None else draw.told_candidates,
        "抽取条件": "\n".join(conditions),
        **{name: "\n".join(text for label, text in sheet.head if label == name) for name in HANDS},
        "封存时间": moment_text(draw.sealed_at),
        "封存值": sheet.seal,
        "种子": sheet.seed,
        "事件链": sheet.events,
        "留痕链": sheet.chain_link,
        "核验网址": sheet.check_url,
    }
    return SheetValues(
        _project(draw, sheet, words_of(draw.covered)) | own, [_draw_line(row) for row in sheet.rows]
    )


def _way(draw: Draw) -> str:
    if draw.rule.widens is None:
        return draw.get_kind_display()
    return f"{draw.get_kind_display()}（放宽条件，补充 {draw.rule.widens}）"


def sign_in_values(draw: Draw, sheet: SignInSheet) -> SheetValues:
    """Return what the sign-in sheet holds by the names of its vocabulary."""
    return SheetValues(
        _project(draw, sheet, sheet.words), [_sign_in_line(row) for row in sheet.rows]
    )


def _project(draw: Draw, sheet: Sheet | SignInSheet, words: dict[str, str]) -> dict[str, Value]:
    return {
        "文书标题": sheet.title,
        "项目名称": words["项目名称"],
        "项目编号": words["项目编号"],
        "项目类型": words["项目类型"],
        "适用制度": draw.project.get_regime_display(),
        "采购单位": words["采购单位"],
        "所属部门": words["所属部门"],
        "评审地点": words["评审地点"],
        "评审时间": words["评审时间"],
        "报到时间": words["报到时间"],
        "负责人": words["联系人"],
        "负责人电话": words["联系电话"],
        "抽取编号": sheet.number,
        "抽取人": draw.operator.name,
        "抽取时间": moment_text(draw.ordered_at),
        "打印人": sheet.printed_by,
        "打印时间": sheet.printed_at,
    }


def _draw_line(row: SheetRow) -> dict[str, Value]:
    return {
        "专家.序号": row.line,
        "专家.姓名": row.name,
        "专家.专家编号": row.number,
        "专家.工作单位": row.employer,
        "专家.职称": row.title,
        "专家.专业": row.specialty,
        "专家.联系方式": row.contact,
        "专家.是否参加": row.attends,
        "专家.备注": row.remark,
        "专家.候补": row.standby,
    }


def _sign_in_line(row: SignInRow) -> dict[str, Value]:
    return {
        "专家.序号": row.line,
        "专家.姓名": row.name,
        "专家.专家编号": row.number,
        "专家.工作单位": row.employer,
        "专家.身份证号": row.id_number,
        "专家.类别": row.category,
        "专家.职务职称": row.title,
        "专家.电话": row.phone,
        "专家.签到时间": row.came,
        "专家.候补": row.standby,
    }
