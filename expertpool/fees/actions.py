from expertpool.audit.actions import Action

ACTIONS = (
    Action("fee.rate", "修改劳务费标准"),
    Action("fee.enter", "登记劳务费"),
    Action("fee.import", "导入评审工作量"),
    Action("fee.send", "发送劳务费确认函"),
    Action("fee.sign", "签字确认劳务费"),
    Action("fee.account_change", "专家修改收款账户"),
    Action("fee.account", "核对收款账户"),
    Action("fee.batch", "建立付款批次"),
    Action("fee.batch_agree", "同意付款"),
    Action("fee.batch_refuse", "退回付款批次"),
    Action("fee.batch_file", "下载付款文件"),
    Action("fee.paid", "登记已付款"),
    Action("fee.returned", "登记银行退回"),
    Action("fee.answer", "导入银行付款结果"),
    Action("fee.tax_file", "下载个税申报文件"),
    Action("fee.reverse", "冲销劳务费"),
    Action("fee.correct_ask", "申请更正劳务费"),
    Action("fee.correct_refuse", "退回劳务费更正"),
    Action("fee.correct", "更正劳务费"),
    Action("fee.received", "登记收回多付的劳务费"),
)
