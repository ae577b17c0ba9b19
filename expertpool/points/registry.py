"""Facts that may bring points. Apps above draws that know of more declare them."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue
from expertpool.points.enums import ReviewFact


@dataclass(frozen=True)
class PointFact:
    """A kind of fact about an expert. ``help`` says when it holds."""

    code: str
    label: str
    help: str


POINT_FACTS: Catalogue[PointFact] = Catalogue("fact that brings points")
HELP = {
    ReviewFact.CONFIRMED: "收到邀请后答复同意，到评审结束时仍然有效。",
    ReviewFact.ATTENDED: "同意并参加了评审；用签到码签到的评审，以签到为准。候补未递补的不算。",
    ReviewFact.LATE: "到场签到晚于评审开始。",
    ReviewFact.ABSENT: "同意参加，但在有人签到的评审中没有签到。",
    ReviewFact.LEAVE: "同意之后又请假退出。",
    ReviewFact.DECLINED: "答复不能参加。",
    ReviewFact.NO_ANSWER: "邀请已送达，到期没有答复。评审开始时答复时限还没有满的不算。",
}
REVIEW_FACTS = tuple(PointFact(one.value, one.label, HELP[one]) for one in ReviewFact)


def fact_choices() -> list[tuple[str, str]]:
    """Return all facts as a form offers them."""
    return [(one.code, one.label) for one in POINT_FACTS]
