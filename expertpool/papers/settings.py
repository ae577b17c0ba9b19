"""What the office decides about its own forms of papers."""

from expertpool.core.configuration import Number, Setting
from expertpool.core.filling import MOST_MEGABYTES
from expertpool.files.settings import UPLOADS

TEMPLATE_SIZE = Setting(
    "papers.template_size",
    "文书模板最大",
    Number(1, MOST_MEGABYTES, "MB"),
    5,
    group=UPLOADS,
    order=40,
    help="打印、下载时每次都要读一遍模板，图片请先压缩。",
)

SETTINGS = (TEMPLATE_SIZE,)
