"""What the office decides about applications."""

from expertpool.core.configuration import Boolean, Number, Setting, SettingGroup

JOINING = SettingGroup(
    "joining", "入库申请", order=37, note="申请入口、友情链接和个人信息告知书在「申请入口」页面维护"
)

IS_OPEN = Setting(
    "joining.is_open",
    "接受入库申请",
    Boolean(),
    True,
    group=JOINING,
    order=10,
    help="关闭后不能再注册和提交；已经提交的照常审核。",
)
CODE_MINUTES = Setting(
    "joining.code_minutes",
    "注册验证码有效",
    Number(1, 60, "分钟"),
    10,
    group=JOINING,
    order=20,
    help="从发送时算起；只能用一次，最多试 5 次。",
)
CODES_PER_CONTACT = Setting(
    "joining.codes_per_contact",
    "同一手机号、邮箱每小时发送验证码最多",
    Number(1, 50, "次"),
    8,
    group=JOINING,
    order=30,
    help="两次之间至少隔 1 分钟；用过一半后，同一网络地址只能再用剩下的一部分，免得别人代发用光。",
)
CODES_PER_ADDRESS = Setting(
    "joining.codes_per_address",
    "同一网络地址每小时发送验证码最多",
    Number(1, 1000, "次"),
    20,
    group=JOINING,
    order=40,
    help="多人共用一个出口地址（单位网络）的，请调高。",
)
CODES_PER_HOUR = Setting(
    "joining.codes_per_hour",
    "全部注册验证码每小时最多",
    Number(1, 100_000, "次"),
    500,
    group=JOINING,
    order=50,
    help="防止有人用程序大量发送短信；用过一半后，每个网络地址只能再用剩下的一小部分，后来的人仍能申请。",
)
FILES_MB = Setting(
    "joining.files_mb",
    "一份申请的材料合计最多",
    Number(1, 500, "MB"),
    50,
    group=JOINING,
    order=60,
    help="最多 20 个文件；单个文件的大小按「上传限制」。",
)
ALL_FILES_GB = Setting(
    "joining.all_files_gb",
    "所有申请的材料合计最多",
    Number(1, 10_000, "GB"),
    20,
    group=JOINING,
    order=65,
    help="不算已经通过、转入专家档案的；到了这个数，申请人暂时不能上传，其他附件不受影响。",
)
DRAFT_DAYS = Setting(
    "joining.draft_days",
    "没有提交的申请保留",
    Number(1, 365, "天"),
    30,
    group=JOINING,
    order=70,
    help="从最后一次修改算起；到期连同材料和申请账号一起清除。",
)
KEPT_DAYS = Setting(
    "joining.kept_days",
    "未通过、撤回的申请保留",
    Number(30, 3650, "天"),
    180,
    group=JOINING,
    order=80,
    help="到期清除所填内容和材料，只留申请编号、时间和结果；没有用过的同行推荐，链接失效后也保留这么久。",
)
RECOMMENDATION_DAYS = Setting(
    "joining.recommendation_days",
    "推荐链接有效",
    Number(1, 90, "天"),
    14,
    group=JOINING,
    order=90,
    help="只对以后发出的推荐。",
)
RECOMMENDATIONS_PER_DAY = Setting(
    "joining.recommendations_per_day",
    "每位专家每天推荐最多",
    Number(1, 100, "人"),
    10,
    group=JOINING,
    order=100,
    help="按发送时间算 24 小时；已撤回的也算。",
)

SETTINGS = (
    IS_OPEN,
    CODE_MINUTES,
    CODES_PER_CONTACT,
    CODES_PER_ADDRESS,
    CODES_PER_HOUR,
    FILES_MB,
    ALL_FILES_GB,
    DRAFT_DAYS,
    KEPT_DAYS,
    RECOMMENDATION_DAYS,
    RECOMMENDATIONS_PER_DAY,
)
