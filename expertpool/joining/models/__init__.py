"""Applications, what strangers registered by, recommendations, and what the public page shows."""

from expertpool.joining.models.application import Application
from expertpool.joining.models.consent import ConsentText
from expertpool.joining.models.friend_link import FriendLink
from expertpool.joining.models.recommendation import Recommendation
from expertpool.joining.models.registration import Registration

__all__ = ["Application", "ConsentText", "FriendLink", "Recommendation", "Registration"]
