"""The menu entries of this app."""

from __future__ import annotations

from expertpool.core.registry import MenuItem

PERMISSION = ("directory.view",)

ITEMS = tuple(
    MenuItem(
        f"directory.{code}",
        label,
        icon,
        f"directory:{code}_list",
        permissions=PERMISSION,
        order=order,
        active=(f"directory:{code}_", *(("directory:scheme_",) if code == "specialty" else ())),
        group="system",
    )
    for order, (code, label, icon) in enumerate(
        [
            ("specialty", "专业分类", "sitemap"),
            ("unit", "单位库", "building"),
            ("title", "职称", "school"),
            ("division", "行政区划", "map-pin"),
            ("item", "字典", "list-details"),
        ],
        start=200,
    )
)
