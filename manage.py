#!/usr/bin/env python
"""Django's own commands; the product's commands are in `expertpool` (config/cli.py)."""

import sys

from config.commands import django_command

if __name__ == "__main__":
    sys.exit(django_command(sys.argv[1:]))
