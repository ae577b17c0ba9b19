"""Which template of a customer counts for a sheet of a draw."""

from __future__ import annotations

from expertpool.draws.enums import SheetKind
from expertpool.draws.models import Draw
from expertpool.papers import queries as papers
from expertpool.papers.models import PaperTemplate


def template_for(draw: Draw, sheet: SheetKind) -> PaperTemplate | None:
    """Return the customer's template for the kind of the draw's project; None: the built-in form.

    So always for the sheet of a list that persons chose: a form made for draws would pass it off
    as one.
    """
    if sheet == SheetKind.DRAW and not draw.is_random:
        return None
    return papers.template_for(sheet, draw.project.kind)
