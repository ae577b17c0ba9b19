"""What this app refuses. Each message says how to mend it."""


class RuleError(Exception):
    """Base of all; ``str(error)`` is a Chinese sentence for the user."""


class RuleRefused(RuleError):
    """The rule as it was drawn up cannot work, or is not his to draw up."""


class ReplayRefused(RuleError):
    """This firing is not done again."""


class ErrandRefused(RuleError):
    """The errand is done already."""


class ActionRefused(RuleError):
    """An action cannot be done, or not like this; the firing has failed."""


class ActionSkipped(RuleError):
    """There is nothing for the action to do; that is no fault."""
