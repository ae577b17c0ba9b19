"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("joining.register", "注册入库申请"),
    Action("joining.password", "申请人用验证码重新设置密码"),
    Action("joining.hand_in", "提交入库申请"),
    Action("joining.withdraw", "撤回入库申请"),
    Action("joining.decide", "审核入库申请"),
    Action("joining.approve", "入库申请通过"),
    Action("joining.reject", "入库申请未通过"),
    Action("joining.return", "退回入库申请"),
    Action("joining.reveal", "查看入库申请中脱敏内容的原文"),
    Action("joining.altered", "入库申请被改动，没有受理"),
    Action("joining.erase", "清除过期的入库申请"),
    Action("joining.recommend", "推荐同行"),
    Action("joining.revoke", "撤回推荐"),
    Action("joining.export", "导出入库申请"),
    Action("joining.link", "维护友情链接"),
    Action("joining.consent", "修改个人信息告知书"),
)
