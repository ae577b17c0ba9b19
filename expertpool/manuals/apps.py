from django.apps import AppConfig


class ManualsConfig(AppConfig):
    name = "expertpool.manuals"
    verbose_name = "操作手册"

    def ready(self) -> None:
        from expertpool.core.search import SEARCHES, SearchProvider
        from expertpool.manuals.queries.finding import find_help
        from expertpool.manuals.queries.texts import sources

        sources()
        SEARCHES.add(SearchProvider("manuals", "帮助", find_help, order=910))
