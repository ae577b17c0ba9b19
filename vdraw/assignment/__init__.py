"""The assignment of many items to many experts, form ``assignment`` of VDRAW-1 (PROTOCOL.md, section 16)."""

from vdraw.assignment.board import Shortage
from vdraw.assignment.events import (
    Assigned,
    Entry,
    GivenUp,
    Share,
    chain_entries,
    entry_from_dict,
    entry_to_dict,
)
from vdraw.assignment.record import (
    AssignmentRecord,
    build_assignment_record,
    replay_assignment,
)
from vdraw.assignment.rule import AssignmentRule, Item, Judge, build_assignment_rule
from vdraw.assignment.seal import (
    AssignmentOrder,
    SealedAssignment,
    order_assignment,
    seal_assignment,
)
from vdraw.assignment.steps import (
    AssignmentState,
    AssignmentStep,
    assign_first,
    check_assignable,
    end_assignment,
    give_up,
    supplement_items,
    void_assignment,
)

__all__ = [
    "Assigned",
    "AssignmentOrder",
    "AssignmentRecord",
    "AssignmentRule",
    "AssignmentState",
    "AssignmentStep",
    "Entry",
    "GivenUp",
    "Item",
    "Judge",
    "SealedAssignment",
    "Share",
    "Shortage",
    "assign_first",
    "build_assignment_record",
    "build_assignment_rule",
    "chain_entries",
    "check_assignable",
    "end_assignment",
    "entry_from_dict",
    "entry_to_dict",
    "give_up",
    "order_assignment",
    "replay_assignment",
    "seal_assignment",
    "supplement_items",
    "void_assignment",
]
