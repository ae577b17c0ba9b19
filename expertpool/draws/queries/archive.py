"""What of a draw has to be over before its project is archived."""

from __future__ import annotations

from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.evidence import current_sheets
from expertpool.draws.queries.requests import open_answers
from expertpool.projects.models import Project
from expertpool.workflow.queries.requests import open_matters_about

SHEET = "draw_sheet"  # the kind of the kept sheet


def open_matters(project: Project) -> list[str]:
    """Return what is still open in the valid draws of ``project``."""
    # The others have neither names nor a sheet.
    draws = [draw for draw in valid_draws(project) if draw.ordered_at is not None]
    asked = Invitation.objects.filter(draw__in=draws, pk__in=open_answers().values("invitation"))
    waiting = dict.fromkeys(
        matter for subject in (*draws, *asked) for matter in open_matters_about(subject)
    )
    matters = [f"有待确认的{matter.model._meta.verbose_name}，请先处理" for matter in waiting]
    if any(draw.released_at is None for draw in draws):
        matters.append("名单尚未公开，请在名单公开后归档")
    elif not all(draw.ended_at is None or current_sheets(draw, SHEET).exists() for draw in draws):
        matters.append("抽取表正在生成，请稍后再归档")
    return matters
