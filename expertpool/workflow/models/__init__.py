"""Flows and approvals, what stands beside them, and what two persons decide."""

from __future__ import annotations

from expertpool.workflow.models.flows import Approval, Decision, FlowStep, FlowVersion
from expertpool.workflow.models.notices import Delegation, Objection, PublicNotice
from expertpool.workflow.models.requests import ConfirmationCode, TwoPersonRequest

__all__ = [
    "Approval",
    "ConfirmationCode",
    "Decision",
    "Delegation",
    "FlowStep",
    "FlowVersion",
    "Objection",
    "PublicNotice",
    "TwoPersonRequest",
]
