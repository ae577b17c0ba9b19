"""The menu entry of the papers app."""

from expertpool.core.registry import MenuItem

ITEM = MenuItem(
    "paper_templates",
    "文书模板",
    "file-text",
    "papers:list",
    permissions=("papers.templates",),
    order=80,
    group="system",
)
