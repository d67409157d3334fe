"""Numbers of practice between organisations: how long a contact holds, how long one waits for another."""

from __future__ import annotations

from app.rules.dated_values import GATHERED, Parameter, series

ORGANISATIONS = (
    Parameter(
        code="holder_approval_days",
        label_fr="Jours laissés au titulaire pour approuver le relevé d'un sous-traitant, par défaut",
        unit="days",
        values=series("Usage supposé, terme de la clause", ("2000-01-01", "10")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="contract_notice_days",
        label_fr="Jours d'avance auxquels un début d'exécution est annoncé",
        unit="days",
        values=series("Usage supposé", ("2000-01-01", "30")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="statement_notice_days",
        label_fr="Jours d'avance auxquels l'échéance d'un relevé est rappelée à qui le doit",
        unit="days",
        values=series("Usage supposé", ("2000-01-01", "3")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="reminder_days",
        label_fr="Jours entre deux rappels par courriel d'un même sujet, tant qu'il reste à faire",
        unit="days",
        values=series("Usage supposé : un par semaine", ("2000-01-01", "7")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="contact_months",
        label_fr="Durée pour laquelle un interlocuteur confirmé est tenu pour joignable",
        unit="months",
        values=series("Usage supposé : deux confirmations par an", ("2000-01-01", "6")),
        assumed=True,
        checked_on=GATHERED,
    ),
    Parameter(
        code="former_contact_months",
        label_fr="Conservation du nom et de l'adresse d'un interlocuteur qui ne l'est plus",
        unit="months",
        values=series("Usage supposé, comme la piste d'audit : un an", ("2000-01-01", "12")),
        assumed=True,
        checked_on=GATHERED,
    ),
)
