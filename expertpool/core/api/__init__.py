"""The interface for other platforms: what its endpoints share. Apps declare theirs in ``api.py``.

One error format (`problems`), default deny (`rights`), answers to repeated calls (`idempotency`),
pages (`pagination`), what comes in and goes out (`shapes`). `config.api` puts it together.
"""

from expertpool.core.api.interface import Api, api_urls
from expertpool.core.api.pagination import Pages
from expertpool.core.api.problems import Problem, Refusal, answers
from expertpool.core.api.rights import allows, offered_codes
from expertpool.core.api.shapes import Day, Id, Input, Moment, Output, kept

__all__ = [
    "Api",
    "Day",
    "Id",
    "Input",
    "Moment",
    "Output",
    "Pages",
    "Problem",
    "Refusal",
    "allows",
    "answers",
    "api_urls",
    "kept",
    "offered_codes",
]
