from expertpool.experts.exceptions import ExpertRefused


class PrivacyRefused(ExpertRefused):
    """What was asked about personal data cannot be done; the message says why, and how to mend it."""
