"""The public record of a draw: what anybody needs to replay it; until its result is published, the
short record, which holds commitments only (docs/decisions/0065, 0181)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import vdraw
from expertpool.draws.enums import SEATED_STATES, STANDBY_LETTER, DrawStatus, InvitationState
from expertpool.draws.exceptions import DrawNotReady, of_draw
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.models.invitation import STANDBY
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.publicity import is_public, may_have_record
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.sitting import lines_of, slots_of
from expertpool.draws.services.recorded import recorded_projects
from expertpool.draws.services.state import (
    check_at_a_glance,
    load_order,
    load_state,
    read_events,
)

ROWS_DIFFER = "名单与抽取记录不一致：数据被改动过。"


def record_for(draw: Draw, *, reads_names: bool, sees: bool, now: datetime) -> dict[str, Any]:
    """Return what somebody may have of the record of an ended draw: all of it, with openings, who
    ``reads_names`` of it; all but these who ``sees`` the draw from the release of names, and anybody once
    it is public; until then the short record.

    Refuses (DrawNotReady) anything before the release of names: how many candidates there were tells who sits
    elsewhere (docs/decisions/0080), how many events, whether somebody left. Refuses and raises as `build_record`.
    """
    if not may_have_record(draw):
        # There may never be one; and what was altered is told whenever somebody asks.
        _check_ended(draw)
        check_at_a_glance(draw)
        raise DrawNotReady(
            "名单公开之后才有可下载的记录；在此之前请记下封存值和种子，之后任何改动都会使它们不同。"
        )
    if reads_names or tells_all(draw, sees=sees, now=now):
        return build_record(draw, opened=reads_names)
    return build_short(draw)


def tells_all(draw: Draw, *, sees: bool, now: datetime) -> bool:
    """Tell whether conditions, groups and units are told: inside, to who ``sees`` the draw, with the names."""
    return is_released(draw) if sees else is_public(draw, now=now)


def build_short(draw: Draw) -> dict[str, Any]:
    """Return the short record of an ended draw, whose chain of events was checked. Refuses and raises as
    `build_record`, and a draw sealed before events were linked, which has none (DrawNotReady)."""
    events = _events_of(draw)
    if not draw.rule.is_linked:
        raise DrawNotReady("完整记录公开之前还没有可核验的记录，请在公开后再来核验。")
    with of_draw(draw.pk):
        short = vdraw.shorten(load_order(draw), events)
        vdraw.check_links(short)
    return short


def build_record(draw: Draw, *, opened: bool = True) -> dict[str, Any]:
    """Return the whole record of an ended draw as JSON values: not for who may not read names yet,
    since groups, units and their sizes tell who was seated.

    The openings of all who were ever seated are in it once the names are released, nobody else's
    ever; not ``opened`` none: with them it says who declined. Refuses (DrawNotReady) a draw that
    has not ended: its record would be incomplete; and a list that persons chose. Raises EngineError
    where the rows are no more those that were sealed and logged.
    """
    events = _events_of(draw)
    openings = []
    if opened and is_released(draw) and load_state(draw).may_be_opened:
        rows = draw.invitations.order_by("line")
        for row in rows:
            identity = open_identity(row)
            openings.append(vdraw.Opening(row.commit, identity.ref, identity.salt))
    with of_draw(draw.pk):
        return vdraw.build_record(load_order(draw), events, openings).to_dict()


def seated_rows(draw: Draw) -> list[Invitation]:
    """Return who sits by the rows of an ended draw. Raises EngineError where the record of a random one
    says otherwise, and where a released one does not say as whom."""
    rows = list(draw.invitations.filter(state=InvitationState.ACCEPTED).order_by("line"))
    for row in rows:
        row.draw = draw
    with of_draw(draw.pk):
        if draw.released_at is not None and any(row.released_as is None for row in rows):
            raise vdraw.EngineError(ROWS_DIFFER)
        if draw.is_random:
            seats = {(seat.commit, seat.group) for seat in load_state(draw).seats}
            if {(row.commit, row.group) for row in rows} != seats:
                raise vdraw.EngineError(ROWS_DIFFER)
    return rows


def rows_that_sat(draw: Draw) -> list[tuple[Invitation, list[str]]]:
    """Return the lines of an ended draw by which somebody sat in the panel of a project to its end, with the
    numbers of these projects: of a random draw by its record. Raises EngineError as `seated_rows`."""
    seated_rows(draw)
    rows = lines_of([draw])
    if draw.is_random:
        sat = recorded_projects(draw)
    else:
        sat = {row.commit: [one.number for one in slots_of(row, draw.covered)] for row in rows}
    found = [(row, sat[row.commit]) for row in rows if sat.get(row.commit)]
    with of_draw(draw.pk):
        if draw.released_at is not None and any(row.released_as is None for row, _ in found):
            raise vdraw.EngineError(ROWS_DIFFER)
    return found


def sits_as_recorded(draw: Draw) -> bool:
    """Tell whether those sit in the panel by the rows of ``draw`` who do by its record; who stands by
    is not asked."""
    if not draw.is_random:
        return True
    seats = {(one.commit, one.group) for one in load_state(draw).seats}
    panel = {seat for seat in seats if not seat[1].startswith(STANDBY_LETTER)}
    rows = Invitation.objects.filter(~STANDBY, draw=draw, state__in=SEATED_STATES)
    return set(rows.values_list("commit", "group")) == panel


def _check_ended(draw: Draw) -> None:
    if not draw.is_random:
        raise DrawNotReady("人工选定的名单不是随机抽取，没有可核验的记录。")
    if draw.status == DrawStatus.ABANDONED:
        raise DrawNotReady("本次抽取在定序之前已放弃，没有抽取结果，也没有可核验的记录。")
    if draw.ordered_at is None or draw.ended_at is None:
        raise DrawNotReady("抽取尚未结束，还没有可核验的记录。")


def _events_of(draw: Draw) -> list[vdraw.Event]:
    _check_ended(draw)
    return read_events(draw)


def digest_of(record: Mapping[str, Any]) -> str:
    """Return SHA-256 of a record as canonical JSON, in hex, by which two are told apart. Without its
    openings: they come with the release, and each is proved by its commitment."""
    content = {key: value for key, value in record.items() if key != "openings"}
    return hashlib.sha256(vdraw.canonical_json(content)).hexdigest()
