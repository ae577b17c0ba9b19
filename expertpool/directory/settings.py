"""What the office decides about relations between units."""

from expertpool.core.configuration import Number, Setting, SettingGroup

RELATIONS = SettingGroup("relations", "单位关系与回避", order=50)

DEPTH = Setting(
    "directory.relation_depth",
    "关系推及层数",
    Number(1, 10, "层"),
    3,
    group=RELATIONS,
    order=10,
    help="回避沿上下级、控股、持股关系推及几层；只影响以后的抽取和预查询。",
)
SHARE = Setting(
    "directory.relation_share",
    "持股推及比例",
    Number(1, 100, "%"),
    20,
    group=RELATIONS,
    order=20,
    help="持股达到这个比例即推及回避；控股总是推及。",
)

SETTINGS = (DEPTH, SHARE)
