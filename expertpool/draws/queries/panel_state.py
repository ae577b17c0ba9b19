"""How a draw stands in the panel that others find with it (docs/decisions/0016): what a page, list or paper of
one of them says that it lacks is what the panel lacks (docs/decisions/0618)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw, DrawProject
from expertpool.draws.queries.board import Board, GroupBoard, board_of
from expertpool.draws.queries.draws import is_alone, panel_of
from expertpool.projects.enums import DrawState

_FILLED = dict.fromkeys((DrawState.SUCCESS, DrawState.SUCCESS_SUPPLEMENT), "已补齐")
_SHORT = {DrawState.UNSATISFIED: "评审组缺人"}
# What a draw that ended, as its record says for ever, says besides of a panel that stands otherwise.
_BESIDES: dict[str, dict[DrawState, str]] = {
    DrawStatus.UNSATISFIED: {DrawState.DRAWING: "补抽中", **_FILLED},
    DrawStatus.SUCCESS: _SHORT,
    DrawStatus.SUCCESS_SUPPLEMENT: _SHORT,
}


def with_panel(draws: QuerySet[Draw]) -> QuerySet[Draw]:
    """Annotate ``panel_state``: the draw state of the panel of each, as its project has it that is reviewed
    last; None where no other draw finds it, too."""
    others = DrawProject.objects.filter(project=OuterRef("project"), valid=True)
    rows = DrawProject.objects.filter(
        Exists(others.exclude(draw=OuterRef("draw"))), draw=OuterRef("pk"), valid=True
    ).order_by("-project__opening_at", "-project")
    return draws.annotate(panel_state=Subquery(rows.values("project__draw_state")[:1]))


def read_states(draws: Iterable[Draw]) -> None:
    """Let ``draws``, which are loaded, know the same; one statement."""
    loaded = list(draws)
    rows = with_panel(Draw.objects.filter(pk__in={draw.pk for draw in loaded})).only("pk")
    states = {row.pk: row.panel_state for row in rows}  # type: ignore[attr-defined] # annotated
    for draw in loaded:
        draw.panel_state = states[draw.pk]  # type: ignore[attr-defined] # as if annotated


def panel_state(draw: Draw) -> DrawState | None:
    """Return the state of the panel of ``draw`` where that says more than its own; None where it does not, and
    of a draw that was read without it."""
    state = getattr(draw, "panel_state", None)
    return DrawState(state) if state in _BESIDES.get(draw.status, {}) else None


def state_words(draw: Draw) -> str:
    """Say where ``draw`` stands, and what else became of its panel: 不满足，已补齐."""
    state = panel_state(draw)
    return f"{draw.status_label}，{_BESIDES[draw.status][state]}" if state else draw.status_label


def state_words_of(draw: Draw) -> str:
    """Say the same of one ``draw`` by what stands now."""
    read_states([draw])
    return state_words(draw)


def within_panel(draw: Draw, board: Board) -> Board:
    """Return the ``board`` of ``draw`` where its groups lack no more than its panel does: the rest of their seats
    are those of another draw. Standbys are each draw's own."""
    if not board.lacking or is_alone(draw):
        return board
    lacks = {group.code: group.lack for group in board_of(*panel_of(draw)).panel}

    def within(group: GroupBoard) -> GroupBoard:
        elsewhere = (
            0 if group.standby_for else max(group.lack - lacks.get(group.code, group.lack), 0)
        )
        return replace(group, elsewhere=elsewhere)

    groups = [within(group) for group in board.groups]
    found = sum(group.elsewhere for group in groups)
    return replace(board, groups=groups, version=f"{board.version}-{found}")
