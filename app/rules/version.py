"""The version of the law as this code states it, stored with every decision it explains."""

from __future__ import annotations

RULES_VERSION = "2026.11.4"
