from __future__ import annotations


class JobRefused(Exception):
    """A job cannot be done again, or left; the message says why."""


class AlertRefused(Exception):
    """An alert cannot be acknowledged; the message says why."""


class RobotRefused(Exception):
    """A robot did not take a message; the message says why, without its address."""
