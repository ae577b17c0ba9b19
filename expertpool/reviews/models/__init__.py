from expertpool.reviews.models.rules import ReviewRule

__all__ = ["ReviewRule"]
