"""What of reviews stays of an expert whose personal data are erased."""

from expertpool.experts.queries.erasing import Keeper

KEEPERS = (
    Keeper(
        "reviews",
        "评审打分记录",
        20,
        ("reviews.Reviewer",),
        "采购文件保存不少于 15 年（政府采购法第四十二条），与抽取记录一起",
    ),
)
