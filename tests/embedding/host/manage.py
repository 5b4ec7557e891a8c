"""The host's manage.py."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "host.settings")
    sys.path.insert(0, str(Path(__file__).parents[1]))
    execute_from_command_line(sys.argv)
