"""What this app refuses. Each message says how to mend it."""


class FlowError(Exception):
    """Base of all refusals; ``str(error)`` is a Chinese sentence for the user."""


class FlowRefused(FlowError):
    """The flow as it was drawn up cannot work."""


class DecisionRefused(FlowError):
    """It is not for this person to decide, or there is nothing to decide any more."""


class DelegationRefused(FlowError):
    """It cannot be handed over like this."""


class NoticeOver(FlowError):
    """What was on notice is not any more."""


class TooManyObjections(FlowError):
    """So many in so short a time no person writes."""


class Settled(Exception):
    """What somebody came to decide was settled since he opened its page; the sentence says by whom."""
