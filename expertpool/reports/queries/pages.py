"""The pages of statistics whose searches are kept under a name; each offers those of all."""

from __future__ import annotations

from django.http import QueryDict

from expertpool.core.saved_searches import SavedPage
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.statistics import topic_of


def _subject_of(query: QueryDict) -> str:
    return topic_of(query).of


CLEARED_BY = "siteconfig.manage"
PAGES = (
    SavedPage(
        "statistics",
        "reports:statistics",
        STATISTICS,
        subject_of=_subject_of,
        needs_filter=False,
        cleared_by=CLEARED_BY,
    ),
    SavedPage(
        "comparison", "reports:comparison", STATISTICS, needs_filter=False, cleared_by=CLEARED_BY
    ),
    SavedPage("months", "reports:months", STATISTICS, needs_filter=False, cleared_by=CLEARED_BY),
)
CODES = tuple(one.code for one in PAGES)
