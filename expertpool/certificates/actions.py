"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("certificate.issue", "签发专家证书"),
    Action("certificate.reissue", "换发专家证书"),
    Action("certificate.revoke", "注销专家证书"),
    Action("certificate.print", "打印、下载专家证书"),
    Action("certificate.design", "保存证书样式"),
    Action("certificate.design_use", "启用、停用证书样式"),
)
