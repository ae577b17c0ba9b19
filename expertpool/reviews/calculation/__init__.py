"""The calculation of reviews: plain Python and exact numbers, without Django, clock or database."""
