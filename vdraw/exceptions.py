"""What the engine refuses."""


class EngineError(ValueError):
    """An input that the protocol does not allow; the message is Chinese and says where."""


class ReplayDifference(EngineError):
    """Stored events do not follow from rule, candidates and reveals."""
