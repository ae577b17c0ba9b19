"""What the office decides about files."""

from expertpool.core.configuration import Number, Setting, SettingGroup

UPLOADS = SettingGroup("uploads", "上传限制", order=60, note="按内容识别种类，不看文件名")

DOCUMENT_SIZE = Setting(
    "files.document_size",
    "文档最大",
    Number(1, 200, "MB"),
    50,
    group=UPLOADS,
    order=10,
    help="PDF、Word、Excel、PowerPoint、OFD、TXT、ZIP。",
)
IMAGE_SIZE = Setting(
    "files.image_size",
    "图片最大",
    Number(1, 100, "MB"),
    20,
    group=UPLOADS,
    order=20,
    help="照片和扫描件；更大的不能上传。",
)
MEDIA_SIZE = Setting(
    "files.media_size",
    "音频、视频最大",
    Number(1, 1000, "MB"),
    200,
    group=UPLOADS,
    order=30,
    help="抽取大厅的录屏也按这个限制。",
)

SUBJECT_QUOTA = Setting(
    "files.subject_quota",
    "一个项目、一位专家等的附件合计最多",
    Number(10, 100_000, "MB"),
    5_120,
    group=UPLOADS,
    order=40,
    help="录屏算在项目的附件里；已有的不受影响，放不下时不能再上传。",
)
STORE_QUOTA = Setting(
    "files.store_quota",
    "全部附件合计最多",
    Number(0, 1_000_000, "GB"),
    0,
    group=UPLOADS,
    order=50,
    help="0 为不限。给数据库和导出留出地方，应小于磁盘的容量。",
)

SETTINGS = (DOCUMENT_SIZE, IMAGE_SIZE, MEDIA_SIZE, SUBJECT_QUOTA, STORE_QUOTA)
