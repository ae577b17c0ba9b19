"""What the office decides about fees."""

from expertpool.core.configuration import Setting, SettingGroup, Text

FEES = SettingGroup("fees", "劳务费", order=42)
PAYER = Setting(
    "fees.payer",
    "付款单位",
    Text(max_length=100, required=False),
    "",
    group=FEES,
    order=10,
    help="写在劳务费确认函上；不填的，写项目的采购人，没有采购人的写所属部门。",
)
SETTINGS = (PAYER,)
