"""What the office decides about every page, exports and imports."""

from datetime import timedelta

from django.db.models import TextChoices

from expertpool.core.arrangement import MENU_ARRANGEMENT
from expertpool.core.configuration import (
    Boolean,
    Choice,
    Duration,
    Email,
    Number,
    Picture,
    Setting,
    SettingGroup,
    Text,
)
from expertpool.core.validators import validate_icp_number, validate_phone, validate_post_code

SITE = SettingGroup("site", "站点", order=10)
OFFICE = SettingGroup(
    "office",
    "单位信息",
    order=11,
    note="写在登录、注册、公示、核验等公开页面和系统发出的邮件的最下面；没有填写的不写",
)
TABLES = SettingGroup("tables", "导出与导入", order=70)
SCANNING = SettingGroup(
    "scanning",
    "病毒查杀",
    order=65,
    note="查杀程序由系统管理员在服务器上指定；没有指定时不查杀，这里的设置没有作用",
)


class WhileDown(TextChoices):
    """What becomes of a file that the scanner cannot be asked about."""

    WAIT = "wait", "先收下，查杀之后才能打开"
    REFUSE = "refuse", "不收"


SITE_NAME = Setting(
    "core.site_name",
    "站点名称",
    Text(max_length=30),
    "专家库综合管理系统",
    group=SITE,
    order=10,
    help="显示在每一页的左上角、登录页和浏览器标签上。",
)
LOGO = Setting(
    "core.logo",
    "站点标志",
    Picture(),
    b"",
    group=SITE,
    order=20,
    help="PNG 图片，显示在每一页的名称前和打印的抽取表、签到表、页面的抬头；正方形最好，其他形状居中缩放。去掉标志请恢复默认。",
)
WATERMARK = Setting(
    "core.watermark",
    "页面水印",
    Boolean(),
    True,
    group=SITE,
    order=30,
    help="登录后的每一页显示查看人、部门、时间和 IP；关闭后截图和翻拍不能追查到人。",
)
COPYRIGHT = Setting(
    "core.copyright",
    "版权所有",
    Text(max_length=60, required=False),
    "",
    group=OFFICE,
    order=10,
    help="单位全称，如「某某市公共资源交易中心」；前面自动加「版权所有 ©」。",
)
OFFICE_ADDRESS = Setting(
    "core.office_address",
    "单位地址",
    Text(max_length=100, required=False),
    "",
    group=OFFICE,
    order=20,
    help="如「湖南省长沙市开福区三一大道 1 号」。",
)
POST_CODE = Setting(
    "core.post_code",
    "邮政编码",
    Text(max_length=6, required=False, also=validate_post_code),
    "",
    group=OFFICE,
    order=30,
    help="6 位数字。",
)
OFFICE_PHONE = Setting(
    "core.office_phone",
    "单位电话",
    Text(max_length=60, required=False, also=validate_phone),
    "",
    group=OFFICE,
    order=40,
    help="带区号的座机或手机号，几个之间用顿号；手机上点一下即可拨打。",
)
SERVICE_PHONE = Setting(
    "core.service_phone",
    "服务电话",
    Text(max_length=60, required=False, also=validate_phone),
    "",
    group=OFFICE,
    order=50,
    help="使用本系统有疑问时打的电话，如「400-000-0000」；登录不了的人也看得到。"
    "没有设置「专家联系管理部门的电话」的，通知里也写它。",
)
OFFICE_MAIL = Setting(
    "core.office_mail",
    "单位邮箱",
    Email(),
    "",
    group=OFFICE,
    order=60,
    help="供外界来信，与系统发邮件用的「发件邮箱」无关。",
)
ICP_NUMBER = Setting(
    "core.icp_number",
    "ICP 备案号",
    Text(max_length=30, required=False, also=validate_icp_number),
    "",
    group=OFFICE,
    order=70,
    help="如「湘ICP备12345678号-1」；公开页面上链接到工信部备案系统（《非经营性互联网信息服务备案管理办法》第十三条）。",
)
EXPORT_KEPT = Setting(
    "core.export_kept",
    "导出文件保留",
    Duration(1, 168, "小时"),
    timedelta(hours=24),
    group=TABLES,
    order=10,
    help="过后自动删除；只影响以后的导出。",
)
IMPORT_KEPT = Setting(
    "core.import_kept",
    "导入文件保留",
    Duration(1, 30, "天"),
    timedelta(days=7),
    group=TABLES,
    order=20,
    help="上传的名单和《未导入信息表》过后自动删除；只影响以后的导入。",
)
IMPORT_SIZE = Setting(
    "core.import_size",
    "导入文件最大",
    Number(1, 200, "MB"),
    50,
    group=TABLES,
    order=30,
    help="更大的名单不能上传，请分成几个文件。",
)

IMPORTS_PER_HOUR = Setting(
    "core.imports_per_hour",
    "每人每小时上传导入文件最多",
    Number(1, 1000, "个"),
    30,
    group=TABLES,
    order=40,
    help="预览会说出文件中的内容哪些已在库中，不限次数就能逐个打听。",
)

EXPORTS_PER_HOUR = Setting(
    "core.exports_per_hour",
    "每人每小时导出最多",
    Number(1, 1000, "个"),
    60,
    group=TABLES,
    order=45,
    help="每次导出都生成一个文件，保留到期才删除。",
)

WHILE_DOWN = Setting(
    "core.scanner_down",
    "查杀程序没有答复时",
    Choice(tuple(WhileDown.choices)),
    WhileDown.WAIT.value,
    group=SCANNING,
    order=10,
    help="附件、录屏、进展的附件按此处理；导入的名单、模板和站点标志马上要用，一律不收。",
)
SCAN_SECONDS = Setting(
    "core.scan_seconds",
    "查杀一个文件最长",
    Number(5, 600, "秒"),
    60,
    group=SCANNING,
    order=20,
    help="超过即按没有答复处理。",
)

SETTINGS = (
    *(SITE_NAME, LOGO, WATERMARK),
    *(COPYRIGHT, OFFICE_ADDRESS, POST_CODE, OFFICE_PHONE, SERVICE_PHONE, OFFICE_MAIL, ICP_NUMBER),
    MENU_ARRANGEMENT,
    *(EXPORT_KEPT, IMPORT_KEPT, IMPORT_SIZE, IMPORTS_PER_HOUR, EXPORTS_PER_HOUR),
    *(WHILE_DOWN, SCAN_SECONDS),
)
