"""What this app refuses; each message says how to mend it."""


class SecondFactorRefused(Exception):
    """A second step that is not shown, set up, or taken away."""
