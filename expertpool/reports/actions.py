"""What this app writes to the log."""

from expertpool.audit.actions import Action, FormerName

ACTIONS = (
    Action("report.exposure", "计算曝光分析"),
    Action("report.candidates", "整理候选名单"),
    Action("report.statistics_pdf", "下载统计 PDF"),
    Action("report.month", "生成部门月报"),
)
# The log was written before these left the draws app, and keeps its words.
FORMER = (
    FormerName("draws.exposurereport", "reports.exposurereport"),
    FormerName("draw.exposure", "report.exposure"),
)
