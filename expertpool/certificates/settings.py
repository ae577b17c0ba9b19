"""What the office decides about certificates and what the page behind their codes tells."""

from expertpool.certificates.enums import NameShown
from expertpool.core.configuration import Boolean, Choice, Number, Setting, SettingGroup, Text

CERTIFICATES = SettingGroup("certificates", "专家证书", order=39)

AUTOMATIC = Setting(
    "certificates.automatic",
    "审核通过时自动签发证书",
    Boolean(),
    True,
    group=CERTIFICATES,
    order=10,
    help="专家审核通过或直接登记为在库时，当场签发；批量导入的在「待发证专家」中成批签发。从下一位起生效。",
)
YEARS = Setting(
    "certificates.years",
    "没有聘期的专家，证书有效几年",
    Number(0, 20, "年"),
    3,
    group=CERTIFICATES,
    order=20,
    help="有聘期的以聘期为准；0 表示长期有效。只用于以后签发的证书。",
)
ISSUER = Setting(
    "certificates.issuer",
    "发证单位",
    Text(60, required=False),
    "",
    group=CERTIFICATES,
    order=25,
    help="证书上的 {{发证单位}} 和扫码页面都用它；留空用本系统的名称。只用于以后签发的证书。",
)
PUBLIC_NAME = Setting(
    "certificates.public_name",
    "扫码页面显示的姓名",
    Choice(tuple(NameShown.choices)),
    NameShown.MASKED.value,
    group=CERTIFICATES,
    order=30,
    help="单位专家的名称一律完整显示；立即生效。扫码页面从不显示联系方式和证件号码。",
)
PUBLIC_EMPLOYER = Setting(
    "certificates.public_employer",
    "扫码页面显示工作单位",
    Boolean(),
    False,
    group=CERTIFICATES,
    order=40,
    help="立即生效。",
)
PUBLIC_PER_HOUR = Setting(
    "certificates.public_per_hour",
    "每个地址每小时扫码查询最多",
    Number(10, 10_000, "次"),
    120,
    group=CERTIFICATES,
    order=50,
    help="超过后一小时内不再答复该地址；查到和查不到都计数。",
)

SETTINGS = (AUTOMATIC, YEARS, ISSUER, PUBLIC_NAME, PUBLIC_EMPLOYER, PUBLIC_PER_HOUR)
