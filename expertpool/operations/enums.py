"""What people call queues and jobs."""

from __future__ import annotations

from expertpool.core.jobs import DEADLINES, HEAVY, MESSAGES, WEBHOOKS

QUEUE_LABELS = {
    DEADLINES: "限时任务",
    MESSAGES: "通知",
    "default": "其他任务",
    WEBHOOKS: "事件推送和机器人",
    HEAVY: "文件和统计",
}
# By the name of the task; a test holds them against the tasks that there are.
JOB_LABELS = {
    "draws.sweep": "抽取逾期检查",
    "draws.remind": "催请答复和评审前提醒",
    "draws.ask_for_values": "请提供随机值",
    "draws.check_kept": "抽取记录复核",
    "draws.check_record": "一次抽取的复核",
    "draws.expire_invitation": "答复到期",
    "draws.keep_clock": "答复时限校准",
    "draws.open_when_present": "到齐后公开名单",
    "draws.release_names": "公开名单",
    "draws.send_otherwise": "改用其他渠道通知",
    "draws.store_sheet": "保存抽取表",
    "draws.tell_gone": "告知未送达",
    "audit.anchor": "操作日志锚点",
    "workflow.end_notices": "公示期满",
    "workflow.expire_requests": "双人确认到期",
    "workflow.remind": "审批期限提醒",
    "workflow.tell_waiting": "告知待审批的申请",
    "notifications.deliver_message": "发送通知",
    "notifications.reap_stuck_messages": "通知补发",
    "backups.look": "每日备份",
    "backups.make": "备份",
    "backups.keep_journal": "保存数据库日志",
    "experts.pack_experts": "归集检索信息",
    "core.count_shut": "核对加密的信息",
    "draws.tell_shut": "告知联系方式无法解密",
    "files.scan_held": "查杀等待的文件",
    "core.retry_stalled_jobs": "中断任务重试",
    "core.run_import": "导入",
    "core.write_export": "导出",
    "directory.compare_units": "单位比对",
    "certificates.tidy": "证书打印文件清理",
    "certificates.work_off": "签发和打印证书",
    "points.settle": "记积分",
    "points.settle_due": "查找该记的积分",
    "points.take_back": "冲正作废抽取的积分",
    "changes.tell_asked": "告知变更申请",
    "experts.announce_changes": "告知档案变更",
    "experts.tell_expiring": "聘期到期提醒",
    "joining.clean": "清理过期的申请",
    "experts.end_blacklist_entry": "黑名单到期",
    "experts.open_accounts": "开通专家账号",
    "experts.begin_imported": "开始审核导入的专家",
    "experts.begin_admissions": "查找该开始的入库审核",
    "experts.tell_removal": "告知移除回避的申请",
    "reports.compute_exposure": "曝光分析计算",
    "reports.request_exposure": "每月曝光分析",
    "reports.tell_chain_head": "每日链头",
    "operations.tell_robot": "机器人报警",
    "operations.watch": "运行状况检查",
    "webhooks.deliver": "事件推送",
    "webhooks.tell_hour": "每小时事件汇总",
    "webhooks.tell_leave": "推送专家请假",
    "core.run_bulk": "批量办理",
    "experts.end_leave": "专家销假",
    "experts.sweep_taken_away": "清理专家移除的内容",
    "experts.tell_appeal": "告知黑名单申诉",
    "changes.withdraw": "撤回变更申请",
    "achievements.withdraw": "撤回成果",
    "inspections.fill": "开始年检",
    "inspections.remind": "年检提醒",
    "inspections.renew": "批量续聘",
    "notices.send_out": "发送专家通知",
    "notices.remind_out": "提醒阅读通知",
    "automation.consider": "事件规则判断",
    "automation.act": "事件规则执行",
    "reports.list_candidates": "候选记录整理",
}
CLEANING = "清理过期文件"


def job_label(task: str) -> str:
    """Return what the task is called; those that clean up need no word each."""
    return JOB_LABELS.get(task, CLEANING)
