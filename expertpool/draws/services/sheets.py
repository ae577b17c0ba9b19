"""What stands on the 《评审专家抽取表》: the data of the printed sheet, in print order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.text import moment_text
from expertpool.core.visibility import Nobody, Viewer
from expertpool.draws.enums import DrawStatus, InvitationState, Origin
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.models import Draw, DrawEvent, Invitation, PickRequest, VoidRequest
from expertpool.draws.models.invitation import UNREACHED_YET
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.conflicts import seats_to_replace
from expertpool.draws.queries.draws import (
    end_link,
    in_eights,
    valid_draws,
    widened_by,
)
from expertpool.draws.queries.emergency import emergencies_of, hands_of
from expertpool.draws.queries.hands import (
    hand_steps_by_kind,
    hand_steps_of,
    kinds_in_brackets,
    second_in_words,
)
from expertpool.draws.queries.meetings import words_of
from expertpool.draws.queries.panel_state import state_words_of
from expertpool.draws.queries.plan_versions import sealed_unseen
from expertpool.draws.queries.requests import agreed_request, who_widened
from expertpool.draws.queries.reschedulings import reschedulings_of
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.sitting import role_words, slots_of, stands_by_in, state_in
from expertpool.draws.queries.void_parts import void_part_words
from expertpool.draws.services.names import NamedRow, named_rows, read_names
from expertpool.experts.models import Expert
from expertpool.experts.queries.sharing import phones_for

TITLE = "评审专家抽取表"
CAN_REPLAY = "可以核验封存和次序；完整记录公开后可以重新推算本次抽取，并与本表核对。"
CANNOT_REPLAY = "可以查看公开的说明。本名单由人工选定，不是随机抽取，没有可核验的抽取过程。"
ATTENDS = {InvitationState.ACCEPTED: "参加", InvitationState.INVITED: "待答复"}
ABSENT, IN_SOME = "不参加", "部分参加"
# Of a void draw: who had agreed is not expected any more.
AGREED_BEFORE, STOOD_BY_BEFORE, NOBODY_SIGNS = "作废前同意", "作废前同意候补", "—"
STANDBY_MARK = "候补"
SPECIALTIES = 2  # as many as fit into a line
CONTRIBUTORS = {"operator": "经办人", "supervisor": "监督人"}


@dataclass(frozen=True)
class SheetRow:
    """One line of the sheet, the columns of the official form (DRAW-26)."""

    line: int
    name: str
    title: str
    employer: str
    number: str
    specialty: str
    contact: str
    attends: str
    remark: str  # the role; the group; in which projects; 补抽, 人工, 分配, 候补递补; state and reason of an exit; 已不在库
    standby: str = ""  # 候补, or nothing
    signs: bool = True  # nobody signs the list of a void draw

    @property
    def cells(self) -> list[Any]:
        """The columns in print order; the last but one is where the expert signs."""
        return [
            self.line,
            self.name,
            self.title,
            self.employer,
            self.number,
            self.specialty,
            self.contact,
            self.attends,
            "" if self.signs else NOBODY_SIGNS,
            self.remark,
        ]


@dataclass(frozen=True)
class Sheet:
    """The whole sheet: head fields as (label, value), lines, and what proves the draw."""

    title: str
    head: list[tuple[str, str]]
    conditions: list[tuple[str, int, str]]  # group, seats, conditions in words
    rows: list[SheetRow]
    number: str
    seal: str  # in groups of eight digits, as all hashes here
    seed: str
    events: str  # how many its record has and the hash of the last, by which one that was cut off is told apart
    chain_link: str  # the log entry of the end: its place in the chain and its hash, or empty
    check_url: str
    check_note: str  # what can be seen there
    printed_at: str
    printed_by: str


def build_sheet(*, draw: Draw, actor: User, now: datetime, purpose: str = "打印抽取表") -> Sheet:
    """Return the sheet of ``draw`` for printing and log the look at the names for ``purpose``.

    Contacts appear as the actor may see them. Raises NamesSealed while he may not read the names.
    """
    rows = read_names(draw=draw, actor=actor, now=now, purpose=purpose)
    return _sheet(draw, rows, viewer=actor, printed_by=actor.name, now=now)


def build_stored_sheet(*, draw: Draw, now: datetime) -> Sheet:
    """Return the sheet that is kept with an ended draw: contacts masked, read by nobody yet.

    Raises NamesSealed while the names are not released.
    """
    if not is_released(draw):
        raise NamesSealed("名单尚未公开，不能生成抽取表。")
    return _sheet(draw, named_rows(draw), viewer=Nobody(), printed_by="系统", now=now)


def title_of(draw: Draw) -> str:
    """What the sheet is called; a list that persons chose says so, and a draw that is void."""
    title = TITLE if draw.is_random else f"评审专家名单（{draw.get_kind_display()}）"
    return f"{title}（已作废）" if draw.status == DrawStatus.VOID else title


def standbys_last(rows: Iterable[NamedRow]) -> list[NamedRow]:
    """The order of sheets and lists: the panel, then those who stand by, each in their order."""
    return sorted(rows, key=lambda row: row.invitation.is_standby)


def _sheet(
    draw: Draw, rows: Sequence[NamedRow], *, viewer: Viewer, printed_by: str, now: datetime
) -> Sheet:
    names, gone = draw.rule.group_names, seats_to_replace([draw], now=now)
    link = end_link(draw)
    phone = phones_for(viewer, [row.expert for row in rows])
    return Sheet(
        title=title_of(draw),
        head=_head(draw, seats=draw.rule.seats),
        conditions=[
            (group.name, group.seats, _levels(group.conditions)) for group in draw.rule.groups
        ],
        rows=[
            _row(row, names[row.invitation.group], gone.get(row.invitation.pk), phone)
            for row in standbys_last(rows)
        ],
        number=draw.number,
        seal=in_eights(draw.seal),
        seed=in_eights(draw.seed),
        events=_events(draw),
        chain_link=f"第 {link[0]} 条 {in_eights(link[1])}" if link else "",
        check_note=CAN_REPLAY if draw.is_random else CANNOT_REPLAY,
        check_url=settings.SITE_URL + reverse("draws:verify_draw", args=[draw.public_id]),
        printed_at=moment_text(now),
        printed_by=printed_by,
    )


def _events(draw: Draw) -> str:
    last = DrawEvent.objects.filter(draw=draw).order_by("n").last()
    head = last.content.get("hash", "") if last else ""
    return f"共 {last.n} 个，链头 {in_eights(head)}" if last and head else ""


def _head(draw: Draw, *, seats: int) -> list[tuple[str, str]]:
    words = words_of(draw.covered)
    return [
        ("项目名称", words["项目名称"]),
        ("项目编号", words["项目编号"]),
        ("适用制度", draw.project.get_regime_display()),
        ("采购单位", words["采购单位"]),
        ("所属部门", words["所属部门"]),
        ("评审地点", words["评审地点"]),
        ("评审时间", words["评审时间"]),
        ("报到时间", words["报到时间"]),
        ("负责人", words["联系人和电话"]),
        *(_drawn(draw, seats) if draw.is_random else _picked(draw, seats)),
        *_rescheduled(draw),
    ]


def hands_in_words(draw: Draw) -> str:
    """Say how many steps persons took in ``draw``, and of what kinds, as its page does."""
    return f"{hand_steps_of(draw)} 次{kinds_in_brackets(hand_steps_by_kind(draw))}"


def _void(draw: Draw) -> list[tuple[str, str]]:
    """When, by whom and why a void draw was voided."""
    request = agreed_request(VoidRequest, draw) if draw.status == DrawStatus.VOID else None
    if request is None:
        return []
    hands = f"{request.requested_by} 申请，{request.decided_by} 确认"
    return [("作废", f"{moment_text(request.decided_at)} {hands}：{request.reason}")]


def _rescheduled(draw: Draw) -> list[tuple[str, str]]:
    return [
        ("改期", f"{moment_text(one.moved_at)} {one.hands}：{one.words}；{one.reason}")
        for one in reschedulings_of(draw)
    ]


def _drawn(draw: Draw, seats: int) -> list[tuple[str, str]]:
    more = draw.rule.standby_seats
    standbys = f"、候补 {more} 人" if more else ""
    told = f"，候选 {draw.candidate_count} 人" if draw.tells_counts else ""
    roles = ["系统", *(CONTRIBUTORS.get(role, role) for role in draw.rule.contributors)]
    return [
        ("抽取编号", draw.number),
        ("抽取人", draw.operator.name),
        ("抽取方式", "随机抽取（可核验）"),
        ("随机值", "、".join(roles)),
        ("封存时间", moment_text(draw.sealed_at)),
        ("抽取时间", moment_text(draw.ordered_at)),
        ("抽取人数", f"应抽 {seats} 人{standbys}{told}"),
        ("抽取状态", state_words_of(draw)),
        *_void(draw),
        *([("抽取方案", unseen)] if (unseen := sealed_unseen(draw)) else []),
        ("人工干预", hands_in_words(draw)),
        *_emergency(draw),
        *_panel(draw),
    ]


def _panel(draw: Draw) -> list[tuple[str, str]]:
    """Which other draws find the panel together with this one: each has its own seal and sheet."""
    rule, found = draw.rule, []
    if draw.widens_id is not None:
        second = f"{second_in_words(rule.supervisor or '')} {who_widened(draw)} 确认"
        text = f"补充 {rule.widens}（评审组有空缺）；{second}；{rule.reason}"
        found.append(("放宽条件补抽", text))
    if (later := widened_by(draw)) is not None:
        still = board_of(*valid_draws(draw.project)).lacking_words if draw.is_valid else ""
        more = f"；评审组现仍{still}" if still else ""
        found.append(("缺额", f"由 {later.number} 放宽条件补抽，另见该抽取表{more}"))
    if draw.is_valid and (void := void_part_words(draw.project)):
        found.append(("补抽已作废", f"{void}，抽中的专家不在评审组"))
    return found


def _emergency(draw: Draw) -> list[tuple[str, str]]:
    found = []
    for declared in emergencies_of(draw):
        at = f"{moment_text(declared.declared_at)} 起"
        if declared.ended_at:
            at += f"，{moment_text(declared.ended_at)} 取消"
        text = f"{at}，答复 {declared.minutes} 分钟；{hands_of(declared)}；{declared.reason}"
        found.append(("应急抽取", text))
    return found


def _picked(draw: Draw, seats: int) -> list[tuple[str, str]]:
    agreed = PickRequest.objects.filter(draw=draw, agreed=True).select_related("decided_by")
    choices = list(agreed.order_by("pk"))
    first = choices[0] if choices else None
    lacking = board_of(draw).lacking_words
    return [
        ("名单编号", draw.number),
        ("产生方式", f"{draw.get_kind_display()}（不是随机抽取）"),
        ("理由", draw.rule.reason or ""),
        ("批准文号", draw.rule.approval_number or ""),
        ("选定人", draw.operator.name),
        ("确认人", first.decided_by.name if first and first.decided_by else ""),
        ("确认时间", moment_text(draw.ordered_at)),
        *(
            ("另选专家", f"{moment_text(one.decided_at)} {one.decided_by} 确认；理由：{one.reason}")
            for one in choices[1:]
        ),
        ("人数", f"应选 {seats} 人，可选 {draw.candidate_count} 人"),
        ("状态", draw.status_label),
        *_void(draw),
        ("人工干预", hands_in_words(draw)),
        *([("缺额", lacking)] if draw.is_list_in_force and lacking else []),
    ]


def _levels(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return "；".join(f"第 {at} 级：{text}" for at, text in enumerate(texts, start=1))


def _row(row: NamedRow, group: str, gone: str | None, phone: Callable[[Expert], str]) -> SheetRow:
    expert, invitation = row.expert, row.invitation
    role = role_words(invitation, slots_of(invitation, invitation.draw.covered))
    attends, which = _attends(invitation)
    remarks = [role, group] if role else [group]
    remarks += which
    if invitation.origin != Origin.DRAWN or invitation.moved_up_at:
        remarks.append(invitation.origin_label)
    if not row.is_seated:
        remarks.append(invitation.get_state_display())
        remarks += list(filter(None, [invitation.readable_reason]))
    if invitation.witness:
        remarks.append(f"代登记，{invitation.witness} 确认")
    remarks += [gone] if gone else []
    specialties = [link.specialty.name for link in expert.specialty_links.all()]
    more = "等" if len(specialties) > SPECIALTIES else ""
    return SheetRow(
        line=invitation.line,
        name=expert.name,
        title=expert.title,
        employer=expert.employer.name if expert.employer else "",
        number=expert.number,
        specialty="、".join(specialties[:SPECIALTIES]) + more,
        contact=phone(expert),
        attends=attends,
        remark="，".join(remarks),
        standby=STANDBY_MARK if invitation.is_standby else "",
        signs=invitation.draw.status != DrawStatus.VOID,
    )


def _attends(invitation: Invitation) -> tuple[str, list[str]]:
    """Whether he takes part; of a batch, where that is not so for all its projects alike, with remarks in
    which."""
    slots = invitation.draw.covered
    is_void = invitation.draw.status == DrawStatus.VOID
    agreed, stands_by = (
        (AGREED_BEFORE, STOOD_BY_BEFORE)
        if is_void
        else (ATTENDS[InvitationState.ACCEPTED], STANDBY_MARK)
    )
    # As its page says it.
    is_unreached = invitation.state_label == UNREACHED_YET
    waits = UNREACHED_YET if is_unreached else ATTENDS[InvitationState.INVITED]
    said: dict[str, list[str]] = {word: [] for word in (agreed, waits, stands_by, ABSENT)}
    for slot in slots:
        state = state_in(invitation, slot, slots)
        word = waits if state == InvitationState.INVITED else ABSENT
        if state == InvitationState.ACCEPTED:
            word = stands_by if stands_by_in(invitation, slot) else agreed
        said[word].append(slot.number)
    parts = {word: "、".join(numbers) for word, numbers in said.items() if numbers}
    if len(parts) == 1:
        return next(iter(parts)), []
    return IN_SOME, [f"{word} {numbers}" for word, numbers in parts.items()]
