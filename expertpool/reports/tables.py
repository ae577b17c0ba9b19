"""How the ledger is split."""

from expertpool.core.views.listing import ListTab
from expertpool.reports.queries.ledger import IN_COURSE, IS_LOOK, IS_MANUAL

LEDGER_TABS = (
    ListTab("", "全部"),
    ListTab("manual", "人工操作", IS_MANUAL),
    ListTab("looks", "查看名单", IS_LOOK),
    ListTab("course", "封存与结束", IN_COURSE),
)
