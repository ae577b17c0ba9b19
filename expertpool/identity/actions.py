"""What this app logs."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("identity.bind", "绑定外部身份", is_of_sign_in=True),
    Action("identity.unbind", "解除外部身份"),
    Action("identity.roles", "按外部分组调整角色"),
    Action("identity.alone", "停用本系统密码（分组给了更多角色）"),
    Action("identity.map", "新增分组与角色的对应"),
    Action("identity.unmap", "删除分组与角色的对应"),
)
