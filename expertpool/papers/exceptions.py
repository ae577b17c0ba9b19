"""Expected failures around templates; the text is shown to the user as it is."""


class TemplateGone(Exception):
    """The template was removed meanwhile."""
