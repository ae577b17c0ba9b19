from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "expertpool.fees"
    verbose_name = "劳务费"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.changes.registry import OWN_DATA
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.importing import IMPORTS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import (
            MENU,
            MENU_GROUPS,
            NARROW_PAGES,
            PAGE_TABS,
            narrow_pages,
        )
        from expertpool.core.visibility import LATER, Later
        from expertpool.draws.queries.untold import untold_own_requests, untold_signatures
        from expertpool.experts.events import ExpertChanged, ExpertsChanged
        from expertpool.experts.queries.coming import OWN_MATTERS
        from expertpool.experts.queries.erasing import KEEPERS
        from expertpool.fees.actions import ACTIONS
        from expertpool.fees.exports import FeeExport
        from expertpool.fees.home import NUMBERS, TODOS
        from expertpool.fees.menu import GROUP, ITEMS
        from expertpool.fees.occasions import OCCASIONS as TOLD
        from expertpool.fees.permissions import PERMISSIONS
        from expertpool.fees.queries.erasing import KEEPERS as STAYS
        from expertpool.fees.queries.lines import SIGNATURES
        from expertpool.fees.queries.receipts import RECEIPTS
        from expertpool.fees.queries.unsigned import OWN_MATTERS as UNSIGNED
        from expertpool.fees.queries.written import WRITTEN
        from expertpool.fees.receivers import expert_changed, experts_changed
        from expertpool.fees.services.answers import AnswerImporter
        from expertpool.fees.services.letters import PAPER as LETTER
        from expertpool.fees.services.matters import MATTERS
        from expertpool.fees.services.papers import PAPERS as FORMS
        from expertpool.fees.services.workload import WorkloadImporter
        from expertpool.fees.settings import SETTINGS
        from expertpool.fees.tables import OWN
        from expertpool.fees.tabs import TABS
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS, private_subject
        from expertpool.papers.registry import PAPERS
        from expertpool.privacy.registry import READS, Read
        from expertpool.workflow.services.matters import register_matters

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        home.NUMBERS.add(*NUMBERS)
        home.TODOS.add(*TODOS)
        PAGE_TABS.add(*TABS)
        own = ("own", "own_fee", "own_letter", "own_account", "own_statement")
        # What he has earned he is paid, whatever became of him since.
        NARROW_PAGES.add(*narrow_pages(*(f"fees:{name}" for name in own)))
        EXPORTS.add(FeeExport())
        READS.add(
            Read("fee.reveal", "reveal"),
            Read("fee.batch_file", "paper"),
            Read("fee.tax_file", "paper"),
        )
        IMPORTS.add(AnswerImporter, WorkloadImporter)
        FILE_SUBJECTS.add(RECEIPTS)
        PAPERS.add(LETTER, *FORMS)
        register_matters(*MATTERS)
        OCCASIONS.add(*TOLD)
        OWN_DATA.add(*OWN)
        MANDATES.add(*WRITTEN)
        # That he signs says that he is at his account: told like whatever else he does.
        LATER.add(Later("fees.signatures", SIGNATURES, untold_signatures))
        # Whoever reads the records of messages changes nobody's account by what he reads.
        MESSAGE_SUBJECTS.add(private_subject("fees.accountcode", fares=False))
        # That he changed it says that he was at his account.
        LATER.add(Later("fees.accounts", "fees.bankaccount", untold_own_requests))
        subscribe(ExpertChanged, expert_changed)
        subscribe(ExpertsChanged, experts_changed)
        KEEPERS.add(*STAYS)
        OWN_MATTERS.add(UNSIGNED)
