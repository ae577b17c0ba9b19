from django.apps import AppConfig


class AchievementsConfig(AppConfig):
    name = "expertpool.achievements"
    verbose_name = "专家成果"

    def ready(self) -> None:
        from django.urls import reverse

        from expertpool.achievements.actions import ACTIONS
        from expertpool.achievements.exports import AchievementExport
        from expertpool.achievements.menu import GROUP, ITEMS
        from expertpool.achievements.occasions import DECIDED
        from expertpool.achievements.permissions import PERMISSIONS
        from expertpool.achievements.queries import (
            ACHIEVEMENT_FILES,
            CRITERIA,
            EDIT,
            LABELS,
            SUBJECT,
            decidable_by,
            public_words,
            withheld_in_public,
        )
        from expertpool.achievements.receivers import experts_merged
        from expertpool.achievements.services.erasing import ERASERS as GOES
        from expertpool.achievements.settings import SETTINGS, is_public
        from expertpool.achievements.tabs import TABS
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import (
            ENTRANCES,
            MENU,
            MENU_GROUPS,
            PAGE_TABS,
            PUBLIC_PAGES,
            Entrance,
            PublicPage,
        )
        from expertpool.experts.events import ExpertsMerged
        from expertpool.experts.queries.erasing import ERASERS
        from expertpool.experts.services.contacts import recipient_of
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        PUBLIC_PAGES.add(
            PublicPage("achievements:public", "专家成果", "经审核公布的专家成果。", listed=False)
        )
        ENTRANCES.add(
            Entrance("achievements", "专家成果", "achievements:public", is_public, icon="award")
        )
        PAGE_TABS.add(*TABS)
        EXPORTS.add(AchievementExport())
        FILE_SUBJECTS.add(ACHIEVEMENT_FILES)
        OCCASIONS.add(DECIDED)
        register_criteria(SUBJECT, *CRITERIA)
        subscribe(ExpertsMerged, experts_merged)
        FLOW_SUBJECTS.add(
            FlowSubject(
                SUBJECT,
                "专家成果",
                EDIT,
                fields=lambda: LABELS,
                decidable=decidable_by,
                name_of=lambda row: row.title,
                page=lambda row: reverse("achievements:detail", args=[row.pk]),
                department=lambda row: row.expert.department,
                public=public_words,
                public_says=(
                    "成果的类别、名称、年份、来源和级别；本人同意公开姓名的，还有姓名、单位、编号、完成人和排名"
                ),
                withheld=withheld_in_public,
                applicant=lambda row: recipient_of(row.expert),
                result=DECIDED,
                about=lambda row: row.expert,
            )
        )
        ERASERS.add(*GOES)
