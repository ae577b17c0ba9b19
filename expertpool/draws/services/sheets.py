"""What stands on the 《评审专家抽取表》: the data of the printed sheet, in print order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.queries import chain_head
from expertpool.core.visibility import show
from expertpool.draws.models import Draw
from expertpool.draws.services.names import NamedRow, read_names


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
    remark: str  # 补抽 and the reason of an exit


@dataclass(frozen=True)
class Sheet:
    """The whole sheet: head fields as (label, value), lines, and what proves the draw."""

    title: str
    head: list[tuple[str, str]]
    conditions: list[tuple[str, int, str]]  # group, seats, conditions in words
    rows: list[SheetRow]
    number: str
    seal: str
    chain_head: str
    printed_at: str
    printed_by: str


def build_sheet(*, draw: Draw, actor: User, now: datetime) -> Sheet:
    """Return the sheet of ``draw`` for printing and log the look at the names.

    Contacts appear as the actor may see them. Raises NamesSealed before the reveal time.
    """
    rows = read_names(draw=draw, actor=actor, now=now, purpose="打印抽取表")
    project = draw.project
    groups = {group["id"]: group for group in draw.rule["groups"]}
    head = [
        ("项目名称", project.name),
        ("项目编号", project.number),
        ("所属部门", project.department.name),
        ("采购单位", project.purchaser.name if project.purchaser else ""),
        ("评审时间", _moment(project.opening_at)),
        ("评审地点", project.place),
        ("报到时间", _moment(project.check_in_at) if project.check_in_at else ""),
        ("联系人", f"{project.contact_name} {project.contact_phone}"),
        ("抽取时间", _moment(draw.ordered_at) if draw.ordered_at else ""),
        ("抽取方式", "随机抽取（可核验）"),
        ("抽取编号", draw.number),
        ("抽取状态", draw.get_status_display()),
    ]
    return Sheet(
        title="评审专家抽取表",
        head=head,
        conditions=[
            (
                group["name"],
                group["seats"],
                "；".join(level["text"] for level in group.get("levels", [])),
            )
            for group in groups.values()
        ],
        rows=[_row(row, groups[row.invitation.group]["name"], actor) for row in rows],
        number=draw.number,
        seal=draw.seal,
        chain_head=chain_head().hash_hex,
        printed_at=_moment(now),
        printed_by=actor.name,
    )


def _row(row: NamedRow, group_name: str, actor: User) -> SheetRow:
    expert, invitation = row.expert, row.invitation
    remarks = [group_name]
    if invitation.origin == "supplement":
        remarks.append("补抽")
    if not row.is_seated and invitation.reason:
        remarks.append(invitation.reason)
    return SheetRow(
        line=invitation.line,
        name=expert.name,
        title=expert.title,
        employer=expert.employer.name if expert.employer else "",
        number=expert.number,
        specialty="、".join(link.specialty.name for link in expert.specialty_links.all()[:3]),
        contact=show(actor, "experts.phone", expert.phone),
        attends=invitation.get_state_display(),
        remark="，".join(remarks),
    )


def _moment(value: datetime) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
