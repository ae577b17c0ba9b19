"""What stands on the 签到表: who is expected, with room for the time and a signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from expertpool.accounts.models import User
from expertpool.core.fields import readable
from expertpool.core.text import moment_text
from expertpool.core.visibility import Nobody, show
from expertpool.draws.exceptions import SheetRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.conflicts import seats_to_replace
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.meetings import coming, words_of
from expertpool.draws.queries.presence import has_come
from expertpool.draws.queries.sitting import role_words
from expertpool.draws.services.names import NamedRow, read_names
from expertpool.draws.services.sheets import STANDBY_MARK, standbys_last
from expertpool.experts.models import Expert
from expertpool.experts.queries.sharing import phones_for
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project

SIGN_IN_TITLE = "评审专家签到表"
REPRESENTATIVE = {Regime.TENDER: "招标人代表", Regime.PROCUREMENT: "采购人代表"}


@dataclass(frozen=True)
class SignInRow:
    """One line; who represents the purchaser is written in by hand, and when somebody came who did not sign in by the code
    of the place."""

    line: int
    category: (
        str  # the condition group; who leads the panel says so, and that somebody left the pool
    )
    name: str = ""
    number: str = ""
    id_number: str = ""
    title: str = ""
    employer: str = ""
    phone: str = ""
    standby: str = ""  # 候补, or nothing
    came: str = ""  # when he signed in

    @property
    def cells(self) -> list[Any]:
        """The columns in print order; the last is signed on the day."""
        return [
            self.line,
            self.name,
            self.id_number,
            self.category,
            self.title,
            self.phone,
            self.came,
            "",
        ]


@dataclass(frozen=True)
class SignInSheet:
    title: str
    head: list[tuple[str, str]]
    words: dict[str, str]  # what papers say of the reviews for which it is
    rows: list[SignInRow]
    number: str
    printed_at: str
    printed_by: str


def build_sign_in(
    *, draw: Draw, actor: User, now: datetime, purpose: str = "打印签到表"
) -> SignInSheet:
    """Return the sheet on which the panel of ``draw`` signs in, whichever of its draws found
    them, for the reviews that are not over; logs the look for ``purpose``.

    The sheet lies open on a table: identity numbers are masked on it whoever prints it. Phones
    appear as the actor may see them. Raises SheetRefused for a draw that is no longer valid: nobody
    is expected, and NamesSealed while he may not read the names.
    """
    if not draw.is_valid:
        raise SheetRefused(
            f"{draw.number} {draw.status_label}，不再签到；请打印有效的那次抽取的签到表。"
        )
    draws = panel_of(draw)
    rows = [
        row for one in draws for row in read_names(draw=one, actor=actor, now=now, purpose=purpose)
    ]
    groups = draws[0].rule.group_names
    expected = coming(draw.covered, now=now, begun=True)
    seated = [row for row in standbys_last(rows) if row.sits_in(expected)]
    gone = seats_to_replace(draws, now=now)
    phone = phones_for(actor, [row.expert for row in seated])
    lines = [
        _line(at, row, groups, gone, expected, phone, _came(row, now))
        for at, row in enumerate(seated, start=1)
    ]
    return SignInSheet(
        title=SIGN_IN_TITLE,
        head=_head(words := words_of(expected)),
        words=words,
        rows=lines + _representatives(expected, len(lines)),
        number="、".join(one.number for one in draws),
        printed_at=moment_text(now),
        printed_by=actor.name,
    )


def _head(words: dict[str, str]) -> list[tuple[str, str]]:
    named = ("项目名称", "项目编号", "采购单位", "评审时间", "报到时间", "评审地点")
    return [*((name, words[name]) for name in named), ("负责人", words["联系人和电话"])]


def _came(row: NamedRow, now: datetime) -> str:
    line = row.invitation
    return moment_text(line.signed_in_at) if has_come(line, now=now) else ""


def _line(
    at: int,
    row: NamedRow,
    groups: dict[str, str],
    gone: dict[int, str],
    expected: Sequence[Project],
    phone: Callable[[Expert], str],
    came: str,
) -> SignInRow:
    expert = row.expert
    category = groups[row.invitation.group]
    role = role_words(row.invitation, expected)
    category = f"{category}（{role}）" if role else category
    why = gone.get(row.invitation.pk)
    return SignInRow(
        line=at,
        # Here in each customer's own form, too.
        category=f"{category}，{why}" if why else category,
        name=expert.name,
        number=expert.number,
        id_number=readable(
            expert, "id_number", lambda number: show(Nobody(), "experts.id_number", number)
        ),
        title="、".join(part for part in (expert.position, expert.title) if part),
        employer=expert.employer.name if expert.employer else "",
        phone=phone(expert),
        standby=STANDBY_MARK if row.invitation.is_standby else "",
        came=came,
    )


def _representatives(projects: Sequence[Project], before: int) -> list[SignInRow]:
    """Room for as many as sit in the largest panel: those of a batch share a regime."""
    category = REPRESENTATIVE.get(Regime(projects[0].regime), "本单位代表")
    most = max(project.representatives for project in projects)
    return [SignInRow(before + at, category) for at in range(1, most + 1)]
