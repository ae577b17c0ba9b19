class InspectionRefused(Exception):
    """What is not done with a round or an inspection; the message says why, in Chinese."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ChangedElsewhere(InspectionRefused):
    """The draft was saved on another device since it was shown."""
