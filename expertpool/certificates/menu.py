"""The menu entries of this app."""

from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEMS = (
    MenuItem(
        "certificates",
        "专家证书",
        "certificate",
        "certificates:list",
        permissions=("certificates.view",),
        order=40,
        active=(
            "certificates:missing",
            "certificates:run",
            "certificates:design_",
            "certificates:designs",
            "certificates:design",
        ),
        group="experts",
    ),
    MenuItem(
        "my_certificates",
        "我的证书",
        "certificate",
        "certificates:own",
        permissions=("experts.self",),
        order=50,
        group="home",
    ),
)
