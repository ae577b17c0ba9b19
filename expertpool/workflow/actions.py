"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (Action("workflow.save", "修改审批流程"),)
