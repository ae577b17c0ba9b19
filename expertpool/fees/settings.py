"""What the office decides about fees."""

from expertpool.core.configuration import Boolean, Setting, SettingGroup, Text

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
SIGN_CODE = Setting(
    "fees.sign_code",
    "签确认函时核对验证码",
    Boolean(),
    False,
    group=FEES,
    order=20,
    help="专家签字前，向他登记的手机（或邮箱）发一个验证码，填对才能签。须已配置短信或邮件。",
)
SETTINGS = (PAYER, SIGN_CODE)
