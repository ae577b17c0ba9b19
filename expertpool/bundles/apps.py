from django.apps import AppConfig


class BundlesConfig(AppConfig):
    name = "expertpool.bundles"
    verbose_name = "证据包"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.bundles.actions import ACTIONS
        from expertpool.bundles.menu import PAGES
        from expertpool.bundles.models import Bundle
        from expertpool.bundles.permissions import PERMISSIONS
        from expertpool.bundles.queries.bundles import BUNDLE_FILES
        from expertpool.bundles.receivers import project_archived
        from expertpool.bundles.tabs import TABS
        from expertpool.core.events import subscribe
        from expertpool.core.mandates import MANDATES, Mandate
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU_PAGES, PAGE_TABS
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.projects.events import ProjectIsArchived

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU_PAGES.add(*PAGES)
        PAGE_TABS.add(*TABS)
        FILE_SUBJECTS.add(BUNDLE_FILES)
        MANDATES.add(
            Mandate(
                "bundles.bundle",
                "证据包",
                lambda now: Bundle.objects.select_related("project", "asked_by").order_by("-pk"),
                is_whole=True,
            )
        )
        subscribe(ProjectIsArchived, project_archived)
