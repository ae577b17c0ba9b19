"""That an expert asked about his data, and that they were erased, stays."""

from expertpool.experts.queries.erasing import Keeper

KEEPERS = (
    Keeper(
        "privacy",
        "他的同意、提出的请求和办理结果",
        50,
        ("privacy.DataRequest", "privacy.ErasureRequest", "privacy.Consent"),
        "说明是怎样办理的；请求的内容抹去",
    ),
)
