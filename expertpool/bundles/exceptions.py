"""What a service of bundles may refuse."""


class BundleRefused(Exception):
    """Not now; the message says why and how to mend it."""
