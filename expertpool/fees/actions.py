from expertpool.audit.actions import Action

ACTIONS = (
    Action("fee.rate", "修改劳务费标准"),
    Action("fee.enter", "登记劳务费"),
    Action("fee.send", "发送劳务费确认函"),
    Action("fee.sign", "签字确认劳务费"),
    Action("fee.account_change", "专家修改收款账户"),
    Action("fee.account", "核对收款账户"),
    Action("fee.reverse", "冲销劳务费"),
)
