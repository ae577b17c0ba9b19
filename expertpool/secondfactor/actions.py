"""What this app logs."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("second.passkey", "登记通行密钥", is_of_sign_in=True),
    Action("second.passkey_removed", "删除通行密钥", is_of_sign_in=True),
    Action("second.codes", "生成备用码", is_of_sign_in=True),
    Action("second.code_used", "用备用码登录", is_of_sign_in=True),
    Action("second.request", "申请重置第二步验证"),
    Action("second.refuse", "退回重置第二步验证"),
    Action("second.reset", "重置第二步验证"),
)
