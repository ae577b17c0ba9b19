from functools import partial

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "expertpool.draws"
    verbose_name = "抽取"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions, register_former_names
        from expertpool.core.criteria import register_criteria
        from expertpool.core.exporting import register_export
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu, register_tab
        from expertpool.draws.exports.notices import NoticeExport
        from expertpool.draws.exports.projects import DETAILS, MEASURES
        from expertpool.draws.exports.records import DrawExport
        from expertpool.draws.menu import RECORDS
        from expertpool.draws.occasions import (
            EMERGENCY,
            INVITATION,
            MOVED_UP,
            STANDBY_INVITATION,
        )
        from expertpool.draws.permissions import PERMISSIONS
        from expertpool.draws.queries.archive import open_matters
        from expertpool.draws.queries.conditions import CONDITION_FIELDS, SUBJECT
        from expertpool.draws.queries.participation import all_participations
        from expertpool.draws.services.names import readable_invitations
        from expertpool.draws.services.sheet_files import may_edit_sheet, may_view_sheet
        from expertpool.draws.services.sheet_starters import starter
        from expertpool.draws.services.sheet_values import CATALOGUES
        from expertpool.draws.tabs import (
            BATCH_TABS,
            EXPERT_DRAWS,
            PARTICIPANTS,
            PROJECT_TABS,
        )
        from expertpool.experts.queries.participation import register_participation_counter
        from expertpool.files.policies import register_subject
        from expertpool.notifications.occasions import register_occasion
        from expertpool.notifications.queries.subjects import register_subject_policy
        from expertpool.papers.registry import register_paper
        from expertpool.projects.queries.archive import register_obstacle
        from expertpool.projects.queries.measures import register_details, register_measures

        register_permissions(PERMISSIONS)
        register_actions(
            draw__plan="设置抽取方案",
            draw__template="保存条件模板",
            draw__template_delete="删除条件模板",
            draw__prequery="预查询",
            draw__exclusions="查看排除原因",
            draw__seal="封存抽取",
            draw__contribute="提供随机值",
            draw__order="揭示并定序",
            draw__abandon="放弃抽取",
            draw__pick="提出人工选定的人选",
            draw__pick_agree="确认人工选定的人选",
            draw__pick_refuse="不同意人工选定的人选",
            draw__pick_withdraw="撤回人工选定的人选",
            draw__pick_look="查看可选专家、待确认人选",
            draw__refused="拒绝的操作",
            draw__roles="设置评审组角色",
            draw__void_request="申请作废抽取",
            draw__void_refuse="不同意作废抽取",
            draw__void="作废抽取",
            draw__reply="邀请答复",
            draw__supplement="追加补抽",
            draw__widen="放宽条件补抽",
            draw__emergency="转为应急抽取",
            draw__contact="查看应急联系电话",
            draw__end="抽取结束",
            draw__names="查看名单",
            draw__release="名单公开",
            draw__release_request="申请提前公开名单",
            draw__release_refuse="不同意提前公开名单",
            draw__release_early="提前公开名单",
            draw__sheet="生成抽取表",
        )
        register_former_names(
            {
                "draws.sheettemplate": "papers.papertemplate",
                "draw.sheet_template": "paper.upload",
                "draw.sheet_template_enable": "paper.enable",
                "draw.sheet_template_disable": "paper.disable",
                "draw.sheet_template_remove": "paper.remove",
            }
        )
        register_criteria(SUBJECT, *CONDITION_FIELDS)
        register_tab("experts:detail", EXPERT_DRAWS)
        register_menu("draws", RECORDS)
        for tab in PROJECT_TABS:
            register_tab("projects:detail", tab)
        for tab in BATCH_TABS:
            register_tab("projects:batch_detail", tab)
        register_tab("projects:overview", PARTICIPANTS)
        register_export(DrawExport())
        register_export(NoticeExport())
        for sheet, catalogue in CATALOGUES.items():
            register_paper(sheet.value, sheet.label, catalogue, partial(starter, sheet))
        register_subject("draws.draw", may_view=may_view_sheet, may_edit=may_edit_sheet)
        for occasion in (INVITATION, STANDBY_INVITATION, MOVED_UP, EMERGENCY):
            register_occasion(occasion)
        register_subject_policy("draws.invitation", readable_invitations)
        register_participation_counter(all_participations)
        register_measures(*MEASURES)
        register_details(*DETAILS)
        register_obstacle(open_matters)
