"""How a fee is worked out, in plain Python and decimals: nothing here knows the database."""
