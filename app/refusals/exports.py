"""Refusals of exports and reports."""

from __future__ import annotations

from app.errors import DomainError, Text


class ExportTooLarge(DomainError):
    """A workbook is made as a whole: beyond so many rows only the CSV, sent as it is read, is offered."""

    status, code = 409, "export_too_large"
    title = Text("Trop de lignes pour un classeur.", "Too many rows for a workbook.")


class ExportNotReady(DomainError):
    """The job has not made the file yet, or never will."""

    status, code = 409, "export_not_ready"
    title = Text("Ce fichier n'est pas fait.", "This file is not made.")
