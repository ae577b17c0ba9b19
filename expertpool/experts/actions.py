"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("expert.create", "新增专家"),
    Action("expert.update", "修改专家信息"),
    Action("expert.taken", "登记的号码库中已有"),
    Action("expert.approve", "审核通过专家"),
    Action("expert.freeze", "冻结专家"),
    Action("expert.unfreeze", "解冻专家"),
    Action("expert.delete", "删除专家"),
    Action("expert.restore", "恢复专家"),
    Action("expert.merge", "合并专家档案"),
    Action("expert.blacklist", "移入黑名单"),
    Action("expert.unblacklist", "移出黑名单"),
    Action("expert.leave", "登记请假"),
    Action("expert.cancel_leave", "销假"),
    Action("expert.avoidance", "维护回避单位"),
    Action("expert.removal_ask", "申请移除回避"),
    Action("expert.removal_decide", "核定移除回避"),
    Action("expert.tag", "专家分组"),
    Action("expert.tag_save", "保存分组"),
    Action("expert.tag_delete", "删除分组"),
    Action("expert.import", "导入专家"),
    Action("expert.export", "导出专家"),
    Action("expert.account", "开通专家账号"),
    Action("expert.accounts", "批量开通专家账号"),
    Action("expert.activate", "激活账号"),
    Action("expert.link", "重发激活链接"),
    Action("expert.link_account", "关联专家账号"),
    Action("expert.unlink_account", "解除专家账号"),
    Action("expert.reveal", "查看脱敏内容"),
)
