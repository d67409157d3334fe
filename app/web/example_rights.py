"""What the examples tell of the rights of people: oppositions, erasures, the file of the right of access."""

from __future__ import annotations

from typing import Any

RECORD = "01936f2e-7c10-7a31-9c55-0242ac120006"

RIGHTS: dict[str, Any] = {
    "ErasureOut.ground": "person_request",
    "ErasureOut.ground_label": "Demande de la personne",
    "FileHire.buyer": "Métropole d'exemple (20003994900017)",
    "FileHire.contract": "2024-18 : Déchèterie d'exemple, lot 2, charpente bois",
    "FileHire.employer_name": "Charpentes d'exemple (20000000800017)",
    "FileMonth.counted": "70.00",
    "FileMonth.held": "0.00",
    "FileMonth.overtime": "0.00",
    "FileMonth.pending": "0.00",
    "FileMonth.reason": None,
    "FileMonth.refused": "0.00",
    "FileMonth.training": "0.00",
    "FileMonth.worked": "70.00",
    "FileProcessing.basis": "Mission d'intérêt public (RGPD, art. 6-1 e)",
    "FileProcessing.data": "Identité : nom de naissance, prénoms, date et lieu de naissance",
    "FileProcessing.purpose": "Savoir qui a travaillé, ne compter aucune heure deux fois",
    "FileProcessing.recipients": ["Organisme qui a déclaré la personne"],
    "FileProcessing.retention": "2 ans après le dernier contact, puis effacement",
    "FileProcessing.source": "Déclarée par l'entreprise, qui la tient de la personne",
    "FileReading.action": "identity.read",
    "FileReading.action_label": "Identité lue, avec un motif",
    "FileReading.purpose": "eligibility_review",
    "FileReading.purpose_label": "Examiner l'éligibilité",
    "FileRecord.declared_by": "Charpentes d'exemple (20000000800017)",
    "OppositionOut.decision": "opposed",
    "OppositionOut.decision_label": "Opposition : le traitement est limité",
    "OppositionOut.ground": "particular_situation",
    "OppositionOut.ground_label": "Raisons tenant à la situation de la personne",
    "OppositionOut.number": 1,
    "Oppositions.stops": ["Sa situation à 6 et à 12 mois n'est plus demandée ni recueillie."],
    "PersonFile.complete": True,
    "PersonFile.left_out": [],
    "PersonFile.made_on": "2025-04-15",
    "PersonFile.rights": ["Rectification : faire corriger ce qui est faux."],
    "RetentionCandidate.due_on": "2027-09-11",
    "RetentionCandidate.last_contact": "2025-09-11",
    "RetentionCandidate.participant_ids": [RECORD],
    "RetentionCandidate.reason": "last_closure",
    "RetentionCandidate.reason_label": "Durée écoulée depuis la clôture du dernier contrat",
    "RetentionOut.months": 24,
    "RetentionOut.on": "2027-09-11",
    "RetentionOut.reference": "CNIL, délibération 2023-095 du 14/09/2023",
}
