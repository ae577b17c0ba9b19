"""Rights over applications."""

from __future__ import annotations

from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "joining",
    "入库申请",
    (
        Permission("joining.review", "审核入库申请"),
        Permission("joining.materials", "查看入库申请的证明材料（含证件扫描件）"),
        Permission("joining.setup", "管理申请入口、友情链接和个人信息告知书"),
        Permission("joining.apply", "填写本人的入库申请", roles=(Role.APPLICANT,), admin=False),
    ),
)
