"""Reasons by field that a return gives."""

from __future__ import annotations

from collections.abc import Mapping

from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.registry import FLOW_SUBJECTS

LONGEST = 300  # of one reason


def checked_reasons(subject: str, agree: bool, fields: Mapping[str, str]) -> dict[str, str]:
    """Return what ``fields`` says, without empty ones, in the order in which ``subject`` declares them.

    Refuses (DecisionRefused) unknown names, what is too long, and reasons beside consent.
    """
    said = {name: reason.strip() for name, reason in fields.items() if reason.strip()}
    if not said:
        return {}
    if agree:
        raise DecisionRefused("逐项意见随退回一起写；同意时请把话写在审核意见里。")
    labels = dict(FLOW_SUBJECTS[subject].fields())
    if unknown := said.keys() - labels.keys():
        shown = "、".join(sorted(unknown))[:100]
        raise DecisionRefused(f"没有「{shown}」这一项，可能刚刚被删除，请刷新页面后重新填写。")
    for name, reason in said.items():
        if len(reason) > LONGEST:
            raise DecisionRefused(f"「{labels[name]}」的意见最多 {LONGEST} 字，请缩短。")
    return {name: said[name] for name in labels if name in said}
