from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

VIEW, ENTER, REVERSE, EXPORT, RATES, ACCOUNTS, PAY, TAX = (
    "fees.view",
    "fees.enter",
    "fees.reverse",
    "fees.export",
    "fees.rates",
    "fees.accounts",
    "fees.pay",
    "fees.tax",
)
PERMISSIONS = PermissionGroup(
    "fees",
    "劳务费",
    (
        Permission(
            VIEW,
            "查看劳务费（含领取人姓名）",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR),
        ),
        Permission(
            ENTER,
            "登记、发送劳务费（还须能查看名单）",
            scoped=True,
            roles=(Role.OPERATOR,),
        ),
        Permission(REVERSE, "冲销、更正劳务费（更正须两人）", scoped=True, roles=(Role.FINANCE,)),
        Permission(ACCOUNTS, "核对专家收款账户", scoped=True, roles=(Role.FINANCE,)),
        Permission(PAY, "付款（建立、复核批次须两人）", scoped=True, roles=(Role.FINANCE,)),
        Permission(TAX, "导出个税申报文件（含证件号码）", scoped=True, roles=(Role.FINANCE,)),
        Permission(EXPORT, "导出劳务费", scoped=True, roles=(Role.FINANCE,)),
        Permission(RATES, "设置劳务费标准", roles=(Role.FINANCE,)),
    ),
)
