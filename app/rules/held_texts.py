"""What a held hour says to those who do not review it: the rule's own value, no figure of another claim.

The text that the rule posts counts days and overtime of every claim of the person's month, whoever declared
them and for whichever buyer: it is for reviewers.
"""

from __future__ import annotations

from datetime import date

from app.rules import splits
from app.rules.codes import Rule
from app.rules.hours import HUNDREDTHS
from app.rules.parameters import parameter
from app.rules.texts import french

# In the text of a cap on training: what follows was counted before, perhaps declared by somebody else.
ALREADY = ", dont "
HOLDING = frozenset({Rule.PLAUSIBILITY, Rule.SINGLE_COUNT})


def without_figures_of_others(rule: Rule, reference: str | None, month: date) -> str:
    """Return the text of a rule in `HOLDING` without anything that others declared."""
    if reference == splits.REFERENCE:
        return "Partage convenu entre deux déclarations de la personne"
    if rule is Rule.PLAUSIBILITY:
        weekly = parameter("weekly_maximum").at(month).value
        return f"{french(int(weekly) * HUNDREDTHS)} h par semaine, toutes déclarations de la personne"
    return "Horaire et heures supplémentaires de la personne chez cet employeur, toutes déclarations"


def without_earlier_hours(text: str | None) -> str | None:
    """Return the text of the training rule without the hours that the cap had let count before."""
    return None if text is None else text.split(ALREADY, maxsplit=1)[0]
