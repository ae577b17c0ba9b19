class PointsRefused(Exception):
    """What was asked about points cannot be done; the message says why, and how to mend it."""
