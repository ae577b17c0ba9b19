"""Django's engine for PostgreSQL, with connections that a server which answers nothing does not hold for ever."""
