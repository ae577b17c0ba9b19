class ReviewRefused(Exception):
    """What was asked about a review cannot be done; the message says why, and how to mend it. ``field`` names the input
    that is meant, where it is one."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
