"""A record that may be somebody's who is in the pool: whoever enters it is asked first, and may go on
(docs/decisions/0106)."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from expertpool.accounts.models import User
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.alike import Alike, experts_alike, identity
from expertpool.experts.queries.experts import experts_visible_to

UNSEEN = "库中另有 {} 位相近的专家（不在您的查看范围内），请由能查看全部专家的人核对"
ON_PURPOSE = "提示疑似重复后仍然保存：{}"


class LooksAlike(ExpertRefused):
    """Somebody like this is in the pool. ``token`` says to go on for those who are named now;
    ``tells_unseen``: some of them are beyond what the reader may see."""

    field = "knowing"

    def __init__(self, alike: list[Alike], seen: set[int]) -> None:
        self.token = token_of(alike)
        self.tells_unseen = any(one.expert.pk not in seen for one in alike)
        words = "；".join(in_words(alike, seen))
        self.told = f"可能是同一个人：{words}。是同一个人的，请修改原有档案；"
        super().__init__(f"{self.told}不是的，勾选后再保存。")


def in_words(alike: list[Alike], seen: set[int]) -> list[str]:
    """Say who is alike, by name only those whose keys are ``seen``."""
    words = [str(one) for one in alike if one.expert.pk in seen]
    unseen = len(alike) - len(words)
    return [*words, UNSEEN.format(unseen)] if unseen else words


def token_of(alike: list[Alike]) -> str:
    """Return what stands for these people and no others."""
    keys = ",".join(str(one.expert.pk) for one in alike)
    return salted_hmac("experts.alike", keys).hexdigest()[:32]


def ask_about(
    expert: Expert, knowing: str | None, actor: User | None, *, was: Expert | None = None
) -> str:
    """Return what the log says of a record that is saved although others are like it; empty: none is.

    ``knowing`` is the token by which whoever enters it goes on, None for what asks nobody; ``was`` is the
    record before a change: of those who were alike then nobody is asked. Refuses (LooksAlike) without
    the token.
    """
    if knowing is None or actor is None or (was and identity(was) == identity(expert)):
        return ""
    known = {one.expert.pk for one in experts_alike(was)} if was else set()
    alike = [one for one in experts_alike(expert) if one.expert.pk not in known]
    if not alike:
        return ""
    keys = [one.expert.pk for one in alike]
    seen = set(experts_visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))
    if knowing != token_of(alike):
        raise LooksAlike(alike, seen)
    return ON_PURPOSE.format("；".join(in_words(alike, seen)))
