class NoticeRefused(ValueError):
    """Not done; the message says why and what to do."""
