"""What the office decides about experts' terms, their accounts and about entering them."""

from datetime import timedelta

from expertpool.accounts.settings import SIGN_IN
from expertpool.core.configuration import Boolean, Duration, Number, Setting, SettingGroup, Text
from expertpool.core.configuration.kinds import Several
from expertpool.core.settings import TABLES
from expertpool.core.subjects import kept_setting

POOL = SettingGroup(
    "pool",
    "专家库",
    order=38,
    saved="允许直接在库的 24 小时后生效，已通知监督人和审核人，其余立即生效",
)

OFFICE_CONTACT = Setting(
    "experts.office_contact",
    "专家联系管理部门的电话",
    Text(max_length=60, required=False),
    "",
    group=POOL,
    order=5,
    help="被冻结、列入黑名单的专家登录时，以及发给没有账号的专家、证书被注销的专家的通知里，写明可以打这个电话，如「0731-84110000（工作日 8:30–17:30）」；留空的写「单位信息」中的服务电话。",
)

ACTIVATION_VALID = Setting(
    "experts.activation_valid",
    "专家激活链接有效",
    Duration(1, 30, "天"),
    timedelta(days=7),
    group=SIGN_IN,
    order=50,
    help="开通账号、重置密码时发给专家的链接；也适用于已经发出的。",
)

CONTACT_DAYS = Setting(
    "experts.contact_days",
    "专家改过手机号、邮箱后多少天不发激活链接",
    Number(0, 90, "天"),
    7,
    group=SIGN_IN,
    order=51,
    help="这些天内激活链接只发到没有改过的另一项，两项都改过的不发；0 表示不限，调低满 24 小时后才按新的天数。",
    strictest=max,
)

ACCOUNTS_WHEN_NEEDED = Setting(
    "experts.accounts_when_needed",
    "专家要在线评分、签字、评价时自动开通账号",
    Boolean(),
    True,
    group=SIGN_IN,
    order=52,
    help="没有账号的专家，在评审开始、劳务费确认函发出、可以互评时自动开通，激活链接发到他的邮箱或手机；关闭的，通知里写明请他联系管理单位开通。立即生效。",
)

TAKEN_PER_HOUR = Setting(
    "experts.taken_per_hour",
    "每人每小时登记到重复号码最多",
    Number(1, 1000, "次"),
    10,
    group=TABLES,
    order=60,
    help="只对不能查看完整手机号、证件号的人：逐个新增或修改专家时，提示“库中已有”就说出了谁在库中，每次都记入日志。",
)

REVEALS_PER_DAY = Setting(
    "experts.reveals_per_day",
    "每人每天查看脱敏内容原文最多",
    Number(1, 1000, "次"),
    50,
    group=SIGN_IN,
    order=55,
    help="专家和入库申请里点「查看」并填写原因看到的，合在一起数，从零点算起；用完的当天不能再看，并通知安全管理员。调低立即生效，调高一天后生效。",
    strictest=min,
)

TERM_ENDING_WITHIN = Setting(
    "experts.term_ending_within",
    "聘期届满前多久提示",
    Duration(1, 365, "天"),
    timedelta(days=60),
    group=POOL,
    order=10,
    help="这么久以内届满的在库专家显示「即将到期」，列在同名的标签下；立即生效。",
)

TERM_YEARS = Setting(
    "joining.term_years",  # once of those alone who applied themselves; the code is what is stored
    "审核通过后的聘期",
    Number(0, 20, "年"),
    3,
    group=POOL,
    order=5,
    help="入库时没有聘期的（本人申请、手工、导入、接口都一样），从入库之日起写入这么多年，证书与此一致；已填写聘期开始或届满日期的不变。0 表示不设聘期，长期有效。只用于以后入库的。",
)

TERM_NOTICES = Setting(
    "experts.term_notices",
    "聘期届满前通知专家和管理人员",
    Several(
        (
            ("180", "180 天前"),
            ("90", "90 天前"),
            ("60", "60 天前"),
            ("30", "30 天前"),
            ("15", "15 天前"),
            ("7", "7 天前"),
            ("1", "1 天前"),
        ),
        nothing="不通知",
    ),
    ("90", "60", "30"),
    group=POOL,
    order=15,
    help="每个时点各通知一次；届满的次日另通知一次。改动从第二天起生效，已经过去的时点不补发；登记聘期时已过最后一个时点的，当天通知一次。",
)

THIN_SPECIALTY = Setting(
    "experts.thin_specialty",
    "专业可抽专家少于几人提示",
    Number(1, 100, "人"),
    5,
    group=POOL,
    order=20,
    help="少于这个人数的专业列在「专家库体检」；立即生效。",
)

PENDING_DAYS = Setting(
    "experts.pending_days",
    "待审核超过几天提示",
    Number(1, 365, "天"),
    7,
    group=POOL,
    order=30,
    help="超过这些天还没有审核的专家列在「专家库体检」；立即生效。",
)

AT_ONCE = Setting(
    "experts.at_once",
    "有审核权限的人录入、导入的专家直接在库",
    Boolean(),
    False,
    group=POOL,
    order=35,
    help="关闭时，新录入、导入的专家都待审核，由录入人以外的人按「审批流程」中「专家入库」的步骤审核；建库时由专人一次导入的可以开启，用完请关闭。开启时立即通知监督人和审核人，24 小时后才生效；关闭立即生效。只适用于流程最后一步的审批人（有「审核专家入库」权限），接口新增的、其他人录入的总是待审核。",
    strictest=min,
)

# Which fields there are to choose from, `fields` declares; a test compares the two.
OWN_FIELDS = Setting(
    "experts.own_fields",
    "专家本人可以直接修改的内容",
    Several(
        (
            ("sex", "性别"),
            ("birth_date", "出生日期"),
            ("contact_person", "联系人（单位专家）"),
            ("position", "职务"),
            ("education", "学历"),
            ("practice_years", "从业年限"),
            ("division", "所在地区"),
            ("expert_type", "专家类型"),
            ("address", "通讯地址"),
            ("postcode", "邮编"),
        ),
        nothing="都须申请",
    ),
    ("contact_person", "position", "address", "postcode"),
    group=POOL,
    order=40,
    help="没有选的由本人申请、核准后生效。姓名、证件、手机号、邮箱、工作单位、职称、评审专业总是须申请；学历、地区等是抽取条件的，选入后本人一改即参与抽取。立即生效。",
)

NOT_EXPORTED = kept_setting("experts.expert", "不可导出的专家信息", order=50)

SETTINGS = (
    TERM_YEARS,
    OFFICE_CONTACT,
    TERM_ENDING_WITHIN,
    TERM_NOTICES,
    THIN_SPECIALTY,
    PENDING_DAYS,
    AT_ONCE,
    ACTIVATION_VALID,
    CONTACT_DAYS,
    ACCOUNTS_WHEN_NEEDED,
    TAKEN_PER_HOUR,
    REVEALS_PER_DAY,
    OWN_FIELDS,
    NOT_EXPORTED,
)
