"""What every process of the service writes of itself: one JSON object a line."""

from __future__ import annotations

import logging

import structlog


def configure_logging(level: str) -> None:
    """JSON lines on standard output; nothing below the level."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
