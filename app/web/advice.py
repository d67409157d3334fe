"""What to do about each problem, for whoever meets it: the `detail` of a refusal that says no more itself."""

from __future__ import annotations

from app.errors import Text

ADVICE = {
    "unauthenticated": Text(
        "Envoyez « Authorization: Bearer … » avec une clé ou un jeton valable ; la plateforme fait les clés.",
        "Send “Authorization: Bearer …” with a valid key or token; the platform makes the keys.",
    ),
    "no_membership": Text(
        "Faites-vous accorder un accès : POST /v1/memberships, par la plateforme ou par votre organisme.",
        "Have access granted to you: POST /v1/memberships, by the platform or your organisation.",
    ),
    "role_not_held": Text(
        "Retirez Clauses-Role et Clauses-Organisation, ou nommez-y ce que « errors » énumère.",
        "Leave out Clauses-Role and Clauses-Organisation, or name there what “errors” lists.",
    ),
    "role_not_chosen": Text(
        "Nommez-en un dans Clauses-Role (et Clauses-Organisation) : « errors » les énumère.",
        "Name one in Clauses-Role (and Clauses-Organisation): “errors” lists them.",
    ),
    "issuer_unavailable": Text(
        "Attendez le délai de Retry-After et renvoyez la même requête, ou employez une clé d'API.",
        "Wait as Retry-After says and send the same request again, or use an API key.",
    ),
    "export_too_large": Text(
        "Resserrez les critères, prenez le CSV (format=csv), ou demandez le classeur à POST /v1/exports.",
        "Narrow the criteria, take the CSV (format=csv), or ask POST /v1/exports for the workbook.",
    ),
    "export_not_ready": Text(
        "Suivez le travail (« job ») jusqu'à « done » ; s'il a échoué ou vieilli, redemandez l'export.",
        "Follow the job (“job”) until it is “done”; if it failed or is too old, ask for the export again.",
    ),
    "decp_contradicts": Text(
        "Corrigez d'abord ce qui s'y oppose (jours, dispense, parts des titulaires), ou gardez la valeur.",
        "First correct what stands against it (days, waiver, shares of holders), or keep the value.",
    ),
    "key_ended": Text(
        "Créez une clé neuve : POST /v1/api-keys.",
        "Make a new key: POST /v1/api-keys.",
    ),
    "rotation_under_way": Text(
        "Révoquez celle qui ne sert plus, ou attendez sa fin : GET /v1/api-keys dit laquelle (lineage_id).",
        "Revoke the one no longer used, or wait for its end: GET /v1/api-keys tells which (lineage_id).",
    ),
    "webhook_paused": Text(
        "Reprenez-le d'abord : PATCH /v1/webhooks/{id} avec « paused » à false.",
        "Resume it first: PATCH /v1/webhooks/{id} with “paused” false.",
    ),
    "too_many_webhooks": Text(
        "Supprimez-en un qui ne sert plus, ou élargissez les filtres d'un autre : GET /v1/webhooks.",
        "Delete one no longer used, or widen the filters of another: GET /v1/webhooks.",
    ),
    "secret_overlap": Text(
        "Attendez secret_overlap_until, ou remplacez aussitôt avec « overlap_hours » à 0.",
        "Wait for secret_overlap_until, or replace at once with “overlap_hours” 0.",
    ),
    "job_ended": Text(
        "Rien n'est à annuler : GET /v1/jobs/{id} dit comment il s'est terminé.",
        "There is nothing to cancel: GET /v1/jobs/{id} tells how it ended.",
    ),
    "too_many_streams": Text(
        "Fermez un suivi, ou lisez GET /v1/jobs/{id} de temps en temps.",
        "Close one, or read GET /v1/jobs/{id} from time to time.",
    ),
    "membership_exists": Text(
        "Mettez fin à l'accès en cours avant d'en accorder un autre : GET /v1/memberships.",
        "End the present access before granting another one: GET /v1/memberships.",
    ),
    "forbidden": Text(
        "Utilisez une clé dont le rôle et les portées le permettent : GET /v1/me dit ceux de celle-ci.",
        "Use a key whose role and scopes allow it: GET /v1/me tells those of this one.",
    ),
    "not_reviewer": Text(
        "Adressez-vous au facilitateur mandaté : GET /v1/contracts/{id}/mandates le nomme.",
        "Turn to the mandated facilitator: GET /v1/contracts/{id}/mandates names it.",
    ),
    "not_found": Text(
        "Vérifiez l'adresse et la clé : ce qui est à un autre organisme est introuvable lui aussi.",
        "Check the address and the key: what belongs to another organisation is not found either.",
    ),
    "method_not_allowed": Text(
        "L'en-tête Allow et la documentation (/docs) disent les méthodes de cette adresse.",
        "The Allow header and the documentation (/docs) tell the methods of this address.",
    ),
    "payload_too_large": Text(
        "Envoyez moins à la fois : partagez le fichier ou la liste.",
        "Send less at a time: split the file or the list.",
    ),
    "body_too_slow": Text(
        "Renvoyez la même requête sur une ligne plus rapide, ou partagez le fichier.",
        "Send the same request again over a faster line, or split the file.",
    ),
    "rate_limited": Text(
        "Attendez le délai de Retry-After, puis renvoyez ; RateLimit-Remaining dit ce qui reste.",
        "Wait as Retry-After says, then send the same request again; RateLimit-Remaining tells what is left.",
    ),
    "invalid_payload": Text(
        "Corrigez ce que « errors » désigne, puis renvoyez la requête.",
        "Correct what “errors” points at, then send the request again.",
    ),
    "unsupported_media_type": Text(
        "Envoyez l'un des formats que la documentation de l'opération annonce (Content-Type).",
        "Send one of the formats that the operation's documentation lists (Content-Type).",
    ),
    "idempotency_key_missing": Text(
        "Choisissez une clé par création, par exemple un UUID, et gardez-la pour les renvois.",
        "Choose a key per creation, a UUID for example, and keep it for retries.",
    ),
    "idempotency_key_reused": Text(
        "Prenez une clé neuve ; pour renvoyer la première requête, renvoyez-la à l'identique.",
        "Take a new key; to send the first request again, send it unchanged.",
    ),
    "idempotency_in_progress": Text(
        "Attendez le délai de Retry-After et renvoyez la même requête : elle ne crée rien deux fois.",
        "Wait as Retry-After says and send the same request again: it creates nothing twice.",
    ),
    "precondition_required": Text(
        "Relisez la ressource et renvoyez son ETag dans If-Match.",
        "Read the resource and send its ETag in If-Match.",
    ),
    "stale_version": Text(
        "Relisez-la, reportez-y votre changement et renvoyez-le avec le nouvel ETag.",
        "Read it again, apply your change to it and send it with the new ETag.",
    ),
    "internal_error": Text(
        "Rien n'est confirmé : relisez avant de renvoyer, la même Idempotency-Key ne crée rien deux fois."
        " Citez l'identifiant de requête au support.",
        "Nothing is confirmed: read before sending again, the same Idempotency-Key creates nothing twice."
        " Quote the request id to support.",
    ),
    "unavailable": Text(
        "Renvoyez la même requête après le délai de Retry-After, avec la même Idempotency-Key.",
        "Send the same request again after Retry-After, with the same Idempotency-Key.",
    ),
    "no_clause": Text(
        "L'acheteur enregistre d'abord la clause : PUT /v1/contracts/{id}/clause ; « clause_state » dit "
        "pourquoi elle manque.",
        "The buyer records the clause first: PUT /v1/contracts/{id}/clause; “clause_state” says why there "
        "is none.",
    ),
    "month_outside_window": Text(
        "Vérifiez le mois ; si l'exécution a été prolongée, l'acheteur enregistre l'avenant d'abord.",
        "Check the month; if execution was prolonged, the buyer records the amendment first.",
    ),
    "month_not_begun": Text(
        "Envoyez ce relevé une fois le mois commencé.", "Send this statement once the month has begun."
    ),
    "statement_exists": Text(
        "Corrigez-le par une nouvelle version, à l'adresse donnée dans l'en-tête Link.",
        "Correct it by a new version, at the address in the Link header.",
    ),
    "line_taken": Text(
        "Retirez la ligne, ou demandez à l'autre déclarant de corriger la sienne.",
        "Leave the line out, or ask the other declarant to correct theirs.",
    ),
    "nothing_to_review": Text(
        "Relisez le relevé : un verdict déjà donné se change en nommant la ligne.",
        "Read the statement again: a verdict already given changes by naming the line.",
    ),
    "job_abandoned": Text(
        "Vérifiez ce qui a été fait, puis renouvelez la demande ; sinon, citez le travail au support.",
        "Check what was done, then submit the request again; otherwise quote the job to support.",
    ),
    "contract_exists": Text(
        "Retrouvez-le par GET /v1/contracts?reference=…, ou précisez un autre lot.",
        "Find it by GET /v1/contracts?reference=…, or name another lot.",
    ),
    "contract_closed": Text(
        "Un contrat clos se lit encore ; il ne se modifie plus.",
        "A closed contract can still be read; it no longer changes.",
    ),
    "already_party": Text(
        "Rien n'est à refaire : GET /v1/contracts/{id}/subcontracts la montre.",
        "Nothing needs doing again: GET /v1/contracts/{id}/subcontracts shows it.",
    ),
    "mandate_overlaps": Text(
        "Mettez d'abord fin à l'autre mandat, ou choisissez des dates qui le suivent.",
        "End the other mandate first, or choose days that follow it.",
    ),
    "mandate_over": Text("Donnez un nouveau mandat.", "Give a new mandate."),
    "invoice_exists": Text(
        "Si c'est la même, rien n'est à faire ; sinon annulez d'abord celle qui est enregistrée.",
        "If it is the same, nothing is left to do; otherwise reverse the recorded one first.",
    ),
    "nothing_to_reverse": Text(
        "Relisez la facture : montant moins « reversed » est ce qui reste. Une annulation ne s'annule pas.",
        "Read the invoice: its amount minus “reversed” is what is left. A reversal is not reversed.",
    ),
    "clause_exists": Text(
        "Modifiez-la par un avenant : POST /v1/contracts/{id}/clause/versions.",
        "Change it by an amendment: POST /v1/contracts/{id}/clause/versions.",
    ),
    "amendment_too_early": Text(
        "Choisissez un jour d'effet après celui de la dernière version et avant la fin de la clause.",
        "Choose an effective day after that of the latest version and before the clause ends.",
    ),
    "already_decided": Text(
        "Rien n'est à refaire : GET /v1/participants/{id}/person-links montre les décisions.",
        "Nothing needs doing again: GET /v1/participants/{id}/person-links shows the decisions.",
    ),
    "joined_through_others": Text(
        "Séparez les deux fiches dont la réunion était une erreur ; qui les suit toutes deux peut le faire.",
        "Part the two records that were joined by mistake; whoever follows both of them can.",
    ),
    "profile_exists": Text(
        "Choisissez un autre code, ou préparez la version suivante : POST /v1/profiles/{code}/versions.",
        "Choose another code, or prepare the next version: POST /v1/profiles/{code}/versions.",
    ),
    "draft_exists": Text(
        "Modifiez-le par PATCH, ou publiez-le d'abord.", "Change it by PATCH, or publish it first."
    ),
    "profile_published": Text(
        "Préparez la version suivante : POST /v1/profiles/{code}/versions.",
        "Prepare the next version: POST /v1/profiles/{code}/versions.",
    ),
    "publication_too_early": Text(
        "Choisissez un jour à partir d'aujourd'hui et après le premier jour de la version précédente.",
        "Choose a day from today on and after the first day of the version before it.",
    ),
    "eligibility_not_met": Text(
        "Enregistrez les preuves vues, ou les faits qui manquent, puis approuvez.",
        "Record the proofs seen, or the facts that are missing, then approve.",
    ),
    "waiver_contradicted": Text(
        "Choisissez un autre motif, ou corrigez la nature ou la durée du contrat.",
        "Choose another ground, or correct the kind or the duration of the contract.",
    ),
    "hire_running": Text(
        "Dites d'abord sa fin : POST /v1/hires/{id}/end.", "Tell its end first: POST /v1/hires/{id}/end."
    ),
    "outcome_too_early": Text(
        "Attendez le jour que GET /v1/hires/{id}/outcomes donne pour ce moment.",
        "Wait for the day that GET /v1/hires/{id}/outcomes gives for this moment.",
    ),
    "duration_not_started": Text(
        "Décidez d'abord de l'éligibilité : PUT /v1/assessments/{id}/decision.",
        "Decide on eligibility first: PUT /v1/assessments/{id}/decision.",
    ),
    "decision_without_effect": Text(
        "Comparez avec GET /v1/hires/{id}/duration : jours hors de la durée, ou fin inchangée.",
        "Compare with GET /v1/hires/{id}/duration: days outside the duration, or an end unchanged.",
    ),
    "decision_cancelled": Text(
        "Relisez les décisions ; pour la rétablir, prenez-en une nouvelle.",
        "Read the decisions again; to restore it, take a new one.",
    ),
    "pool_stands": Text(
        "Mettez d'abord fin à l'autre participation : POST /v1/pools/{id}/contracts/{contract_id}/leave.",
        "End the other participation first: POST /v1/pools/{id}/contracts/{contract_id}/leave.",
    ),
    "pool_answered": Text(
        "Relisez la globalisation ; pour en changer, le titulaire en demande une nouvelle.",
        "Read the pool again; to change it, the holder asks for a new one.",
    ),
    "split_beyond_room": Text(
        "Restez dans « available » et les heures demandées : GET /v1/contracts/{id}/held-hours.",
        "Stay within “available” and the hours asked: GET /v1/contracts/{id}/held-hours.",
    ),
    "split_stands": Text(
        "Retirez la proposition en attente, ou convenez d'un nouveau partage avec le même organisme.",
        "Withdraw the proposal that waits, or agree anew with the same organisation.",
    ),
    "split_over": Text(
        "Relisez-la ; si les déclarations ont changé, proposez un nouveau partage.",
        "Read it again; if the claims have changed, propose a new split.",
    ),
    "fact_exists": Text(
        "Annulez d'abord celle qui est fausse : POST …/penalties/facts/{id}/cancel.",
        "Cancel the wrong one first: POST …/penalties/facts/{id}/cancel.",
    ),
    "value_not_known": Text(
        "Corrigez par avenant le terme qui nomme ce jour : GET /v1/rules dit depuis quand elle existe.",
        "Amend the term that names this day: GET /v1/rules tells since when the value exists.",
    ),
    "dispute_open": Text(
        "Répondez d'abord à la contestation : GET /v1/contracts/{id}/disputes la montre.",
        "Answer the dispute first: GET /v1/contracts/{id}/disputes shows it.",
    ),
    "penalty_blocked": Text(
        "Relisez GET /v1/contracts/{id}/penalties : « blocks » dit ce qui manque.",
        "Read GET /v1/contracts/{id}/penalties again: “blocks” tells what is missing.",
    ),
    "penalties_changed": Text(
        "Relisez GET /v1/contracts/{id}/penalties au même jour et décidez sur le nouveau montant.",
        "Read GET /v1/contracts/{id}/penalties for the same day again and decide on the new amount.",
    ),
    "nothing_to_decide": Text(
        "Relisez GET /v1/contracts/{id}/penalties : « remaining » dit ce qui reste.",
        "Read GET /v1/contracts/{id}/penalties again: “remaining” tells what is left.",
    ),
    "decision_replaced": Text(
        "Remplacez la dernière : GET …/penalties/decisions dit laquelle.",
        "Replace the latest one: GET …/penalties/decisions tells which.",
    ),
    "nothing_to_dispute": Text("Attendez la décision.", "Wait for the decision."),
    "dispute_exists": Text(
        "Retrouvez-la par GET /v1/contracts/{id}/disputes.", "Find it by GET /v1/contracts/{id}/disputes."
    ),
    "dispute_too_late": Text(
        "Adressez-vous à qui a décidé ; GET /v1/rules dit le délai (dispute_days).",
        "Turn to who decided; GET /v1/rules tells the time allowed (dispute_days).",
    ),
    "decp_decided": Text(
        "Relisez-le : ce qui est décidé le reste, une autre publication le redemandera.",
        "Read it again: what is decided stays so; another publication would ask anew.",
    ),
    "dispute_closed": Text(
        "Une nouvelle décision, s'il y en a une, se conteste à son tour.",
        "A new decision, if there is one, can be disputed in its turn.",
    ),
    "person_at_work": Text(
        "Terminez ses mises à l'emploi et faites décider ses diagnostics, puis recommencez.",
        "End the hires and have the assessments decided, then try again.",
    ),
    "person_erased": Text(
        "Rien ne peut plus être dit de cette personne ; ses heures restent comptées.",
        "Nothing more can be told of this person; the hours stay counted.",
    ),
    "person_opposed": Text(
        "Ne demandez plus sa situation : GET /v1/participants/{id}/oppositions dit ce qui est arrêté.",
        "Do not ask for the situation any more: GET /v1/participants/{id}/oppositions tells what is stopped.",
    ),
    "contact_ended": Text(
        "Nommez-en un autre, ou suivez « replaced_by ».", "Name another one, or follow “replaced_by”."
    ),
    "approval_waiting": Text(
        "Attendez sa réponse ou la fin du délai : GET /v1/statements/{id}/approval le dit (due_on).",
        "Wait for its answer or the end of its time: GET /v1/statements/{id}/approval tells (due_on).",
    ),
    "approval_not_awaited": Text(
        "Relisez GET /v1/statements/{id}/approval ; ce qui est faux se conteste auprès du réviseur.",
        "Read GET /v1/statements/{id}/approval again; what is wrong is disputed before the reviewer.",
    ),
    "delegation_overlaps": Text(
        "Fixez la fin de celle qui court : GET …/delegations la montre.",
        "Set the end of the running one: GET …/delegations shows it.",
    ),
    "delegation_over": Text("Donnez une nouvelle délégation.", "Give a new delegation."),
    "delegation_ended": Text(
        "L'entreprise déclare elle-même ces heures, ou donne une nouvelle délégation.",
        "The firm declares these hours itself, or gives a new delegation.",
    ),
    "period_not_over": Text(
        "Attendez ; GET /v1/rules dit combien de jours après la fin (publication_delay).",
        "Wait; GET /v1/rules tells how many days after its end (publication_delay).",
    ),
    "release_exists": Text("Retrouvez-la par GET /v1/releases.", "Find it by GET /v1/releases."),
    "quarters_missing": Text("Publiez d'abord les quatre trimestres.", "Publish the four quarters first."),
    "standings_pending": Text(
        "Réessayez dans une minute, ou précisez : buyer, holder, place.",
        "Try again in a minute, or ask for fewer: buyer, holder, place.",
    ),
    "geocoder_off": Text(
        "Donnez la commune par son nom ou son code postal : GET /v1/territories les cherche.",
        "Give the commune by its name or postal code: GET /v1/territories finds it.",
    ),
    "geocoder_silent": Text(
        "Réessayez dans un moment, ou cherchez la commune par GET /v1/territories.",
        "Try again in a moment, or find the commune by GET /v1/territories.",
    ),
}
