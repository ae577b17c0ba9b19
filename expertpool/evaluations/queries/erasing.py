"""What was said of an expert after reviews stays with them when his personal data are erased."""

from expertpool.experts.queries.erasing import Keeper

KEEPERS = (
    Keeper(
        "evaluations",
        "评价和处理",
        40,
        ("evaluations.Rating", "evaluations.Sanction"),
        "评审的组成部分，与抽取记录一起保存",
    ),
)
