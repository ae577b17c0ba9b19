"""The random values that were given to a draw between seal and order.

The log says which: it only grows, and knows its own entries (docs/decisions/0135). The row of the draw says
it, too, for pages, and whoever writes rows takes values away, so that one is given again, or adds some
(docs/decisions/0173).
"""

from __future__ import annotations

from typing import NamedTuple

import vdraw
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.text import HIDDEN, if_seen, is_hidden
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from expertpool.draws.exceptions import ContributionRefused
from expertpool.draws.models import Draw


class Given(NamedTuple):
    """A value and the id of who gave it."""

    value: str
    by: int | None


def check_readable(value: str) -> None:
    """Refuse (ContributionRefused) a value that is empty or holds what nobody sees: it would stand as given, and
    nobody could read or repeat it."""
    if not if_seen(value):
        raise ContributionRefused("请填写随机值：任意文字或骰子点数，要看得见。")
    if any(map(is_hidden, value)):
        raise ContributionRefused(f"随机值{HIDDEN}")


def given_values(draw: Draw) -> dict[str, Given]:
    """Return what was given to ``draw``, which waits for its order, by role: the first of each, since a
    second one is refused."""
    entries = entries_for(draw).filter(action="draw.contribute").order_by("id")
    roles = {str(label): role for role, label in CONTRIBUTOR_LABEL.items()}
    found: dict[str, Given] = {}
    for entry in proven(entries):
        said = entry.after or {}
        role = roles.get(said.get("角色", ""))
        if role in draw.rule.contributors and role not in found:
            found[role] = Given(vdraw.encode_contribution(said["值"]), entry.actor_id)
    return found


def has_all_values(draw: Draw) -> bool:
    """Tell whether nobody's value is missing any more."""
    return given_values(draw).keys() >= set(draw.rule.contributors)
