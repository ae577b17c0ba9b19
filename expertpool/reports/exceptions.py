"""Expected failures of reports; the text is shown to the user as it is."""


class ReportRefused(Exception):
    """No report can be made of this period."""
