class NoticeRefused(ValueError):
    """Not done; the message says why and what to do."""


class LinkInvalid(ValueError):
    """A personal link that this system has not made, or to what is not as it was sent."""
