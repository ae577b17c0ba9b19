"""Rules of reviews as the office writes them."""
