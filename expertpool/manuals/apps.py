from django.apps import AppConfig


class ManualsConfig(AppConfig):
    name = "expertpool.manuals"
    verbose_name = "操作手册"

    def ready(self) -> None:
        from expertpool.core.registry import PUBLIC_PAGES, PublicPage
        from expertpool.core.search import SEARCHES, SearchProvider
        from expertpool.manuals.queries.finding import find_help
        from expertpool.manuals.queries.texts import sources

        sources()
        PUBLIC_PAGES.add(
            PublicPage(
                "manuals:index", "帮助目录", "操作手册：怎样申请入库、答复邀请、核对抽取结果。"
            ),
            PublicPage("manuals:manual", "操作手册", "操作手册，整本阅读、打印。", listed=False),
        )
        SEARCHES.add(SearchProvider("manuals", "帮助", find_help, order=910))
