"""What this app logs."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("user.verify_phone", "验证手机号"),
    Action("duties.late", "定时任务没有按时运行"),
    Action("keys.rotate", "更换密钥"),
    Action("keys.rotated", "密钥更换完成"),
    Action("keys.shut", "更换密钥时有信息无法打开"),
)
