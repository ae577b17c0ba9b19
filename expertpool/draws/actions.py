"""What this app writes to the log."""

from expertpool.audit.actions import Action, FormerName

ACTIONS = (
    Action("draw.plan", "设置抽取方案"),
    Action("draw.plan_submit", "提交抽取方案审核"),
    Action("draw.plan_withdraw", "撤回抽取方案"),
    Action("draw.plan_decide", "审核抽取方案"),
    Action("draw.template", "保存条件模板"),
    Action("draw.template_delete", "删除条件模板"),
    Action("draw.prequery", "预查询"),
    Action("draw.exclusions", "查看排除原因"),
    Action("draw.seal", "封存抽取"),
    Action("draw.contribute", "提供随机值"),
    Action("draw.order", "揭示并定序"),
    Action("draw.abandon", "放弃抽取"),
    Action("draw.pick", "提出人工选定的人选"),
    Action("draw.pick_agree", "确认人工选定的人选"),
    Action("draw.pick_refuse", "不同意人工选定的人选"),
    Action("draw.pick_look", "查看可选专家、待确认人选"),
    Action("draw.refused", "拒绝的操作"),
    Action("draw.roles", "设置评审组角色"),
    Action("draw.void_request", "申请作废抽取"),
    Action("draw.void_refuse", "不同意作废抽取"),
    Action("draw.void", "作废抽取"),
    Action("draw.reply", "邀请答复"),
    Action("draw.supplement", "追加补抽"),
    Action("draw.widen", "放宽条件补抽"),
    Action("draw.emergency", "转为应急抽取"),
    Action("draw.contact", "查看应急联系电话"),
    Action("draw.alarm", "抽取异常"),
    Action("draw.end", "抽取结束"),
    Action("draw.names", "查看名单"),
    Action("draw.release", "名单公开"),
    Action("draw.release_request", "申请提前公开名单"),
    Action("draw.release_refuse", "不同意提前公开名单"),
    Action("draw.release_early", "提前公开名单"),
    Action("draw.sheet", "生成抽取表"),
)
# Templates are those of papers, an app of its own.
FORMER = (
    FormerName("draws.sheettemplate", "papers.papertemplate"),
    FormerName("draw.sheet_template", "paper.upload"),
    FormerName("draw.sheet_template_enable", "paper.enable"),
    FormerName("draw.sheet_template_disable", "paper.disable"),
    FormerName("draw.sheet_template_remove", "paper.remove"),
)
