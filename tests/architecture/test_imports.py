"""Other apps see an app only through its public modules."""

from collections.abc import Iterator

import grimp

PUBLIC = {"services", "queries", "models", "enums", "events", "exceptions", "permissions"} | {
    # Catalogues that upper apps register in or choose from: log actions, fields of records, papers …
    "actions",
    "fields",
    # Of pages: the expert's own area has pages of several apps.
    "guards",
    "occasions",
    "registry",
    # What the office has set, and the groups in which upper apps set more.
    "settings",
}
# module -> module: reason
ALLOWED: dict[tuple[str, str], str] = {
    **dict.fromkeys(
        (
            ("expertpool.portal.forms", "expertpool.secondfactor.forms"),
            ("expertpool.portal.views.account", "expertpool.secondfactor.forms"),
        ),
        "an authenticator is set up at the sign-in and on the page of one's own account: one form",
    ),
    (
        "expertpool.selfservice.forms.own_data",
        "expertpool.experts.forms.actions",
    ): "what an expert enters of himself is entered by the office, too: one form, other words",
    (
        "expertpool.changes.forms",
        "expertpool.experts.forms.profile",
    ): "an expert types sections of his record in the form of the office, of which he has a part",
    **dict.fromkeys(
        (
            ("expertpool.notices.views.office", "expertpool.experts.forms.filters"),
            ("expertpool.notices.views.office", "expertpool.experts.tables"),
        ),
        "a notice goes to whom the list of experts shows: all that it shows are found by its own filter",
    ),
    **dict.fromkeys(
        (
            *(
                (f"expertpool.telephone.{one}", "expertpool.notifications.channels.voice.settings")
                for one in (
                    "channels.sip",
                    "services.calls",
                    "services.agent",
                    "management.commands.voice_agent",
                    "services.trial",
                    "queries",
                )
            ),
            ("expertpool.telephone.rules", "expertpool.notifications.channels.base"),
            ("expertpool.telephone.services.calls", "expertpool.notifications.channels.base"),
        ),
        "it is the transport of a channel, in a process of its own: the line is that channel's setting",
    ),
}


def imports_across_apps() -> Iterator[tuple[str, str]]:
    graph = grimp.build_graph("expertpool", include_external_packages=False, cache_dir=None)
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            here, there = importer.split("."), imported.split(".")
            if len(here) > 1 and len(there) > 1 and here[1] != there[1] and there[1] != "core":
                yield importer, imported


def test_apps_meet_at_their_public_modules_only() -> None:
    crossing = {
        (importer, imported)
        for importer, imported in imports_across_apps()
        if imported.count(".") < 2 or imported.split(".")[2] not in PUBLIC
    }
    assert crossing - ALLOWED.keys() == set()
    assert ALLOWED.keys() - crossing == set(), "no longer needed"
