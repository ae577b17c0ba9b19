"""Whom a project avoids by his number: told to who may look into the pool himself, and to nobody else."""

from __future__ import annotations

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.visibility import NAME, is_clear
from expertpool.draws.queries.avoided import is_called_so
from expertpool.experts.queries.experts import experts_visible_to, kept_instead


def why_not_avoided(number: str, name: str, user: User) -> str:
    """Return why no expert called ``name`` is avoided by ``number``, as a sentence for ``user``.

    Nothing of records that he may not see: whoever sees a part of the pool is not told that a number is nobody's. Nor
    whether a name is that of a number, if he does not see names.
    """
    expert = experts_visible_to(user).filter(number=number).only("number", "name").first()
    if expert is None:
        # No condition: he sees all of the pool.
        return "" if scope_q(user, "experts.view") else f"没有编号为 {number} 的专家，请核对。"
    if kept := kept_instead([number]).get(number):
        return f"{number} 已并入 {kept[1]}，请填写 {kept[1]}。"
    if name and is_clear(user, NAME) and not is_called_so(expert, name):
        return f"编号 {number} 的专家不叫「{name}」，请核对编号和姓名。"
    return ""
