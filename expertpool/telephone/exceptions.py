class TapeAltered(ValueError):
    """A recording that is not what was recorded; the message says so."""
