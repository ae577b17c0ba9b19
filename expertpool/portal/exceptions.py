"""What this app refuses. Each message says how to mend it."""


class PhoneRefused(Exception):
    """The phone number cannot be shown to be somebody's."""
