"""What this app writes to the log."""

from expertpool.audit.actions import Action, FormerName

ACTIONS = (Action("report.exposure", "计算曝光分析"),)
FORMER = (
    FormerName("draws.exposurereport", "reports.exposurereport"),
    FormerName("draw.exposure", "report.exposure"),
)
