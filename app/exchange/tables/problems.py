"""What can be wrong in a table that a firm hands over, said once and without quoting what was received."""

from enum import StrEnum


class TableProblem(StrEnum):
    """Every flaw that reading a table or one of its cells names."""

    FILE_EMPTY = "file_empty"
    FILE_DAMAGED = "file_damaged"
    FILE_TOO_LARGE = "file_too_large"
    NO_HEADER = "no_header"
    SHEET_UNKNOWN = "sheet_unknown"
    HEADER_TWICE = "header_twice"
    TOO_MANY_CELLS = "too_many_cells"
    TOTAL_ROW = "total_row"
    CELL_EMPTY = "cell_empty"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    TOO_FINE = "too_many_decimals"
    NOT_A_DATE = "not_a_date"
    NOT_A_MONTH = "not_a_month"
    SHORT_YEAR = "short_year"
    NOT_YES_OR_NO = "not_yes_or_no"


WHAT_TO_DO = {
    TableProblem.FILE_EMPTY: "Le fichier est vide : exportez-le de nouveau.",
    TableProblem.FILE_DAMAGED: "Fichier illisible ou coupé : enregistrez-le de nouveau en XLSX ou en CSV.",
    TableProblem.FILE_TOO_LARGE: "Le fichier est trop grand une fois ouvert : partagez-le en plusieurs.",
    TableProblem.NO_HEADER: "Aucune ligne de titres de colonnes : donnez un titre à chaque colonne.",
    TableProblem.SHEET_UNKNOWN: "Cette feuille n'existe pas : choisissez l'une de celles du classeur.",
    TableProblem.HEADER_TWICE: "Deux colonnes portent le même titre : renommez l'une d'elles.",
    TableProblem.TOO_MANY_CELLS: (
        "Plus de cellules que de titres : mettez entre guillemets le texte qui contient le séparateur."
    ),
    TableProblem.TOTAL_ROW: "Ligne de total : elle n'est pas reprise.",
    TableProblem.CELL_EMPTY: "La cellule est vide : complétez-la.",
    TableProblem.NOT_A_NUMBER: "Nombre attendu, par exemple « 151,67 » ou « 7h30 ».",
    TableProblem.NEGATIVE: "Une valeur négative n'a pas de sens ici.",
    TableProblem.TOO_FINE: "Au plus deux décimales : arrondissez, et séparez les milliers par une espace.",
    TableProblem.NOT_A_DATE: "Date attendue, par exemple « 31/03/2026 ».",
    TableProblem.NOT_A_MONTH: "Mois attendu, par exemple « mars 2026 » ou « 2026-03 ».",
    TableProblem.SHORT_YEAR: "Écrivez l'année en quatre chiffres.",
    TableProblem.NOT_YES_OR_NO: "Écrivez « oui » ou « non », ou rien.",
}


class Unreadable(Exception):
    """A table or a cell that says nothing usable; `problem` says what is wrong with it."""

    def __init__(self, problem: TableProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem

    @property
    def what_to_do(self) -> str:
        """The sentence for whoever sent it; it holds no value of the file."""
        return WHAT_TO_DO[self.problem]
