"""Who may do what: the answer to a valid request for every operation, by where the caller stands.

Columns are the seats around one case: the platform; the contract's buyer, holder and subcontractor; the
facilitator whose mandate runs; the buyer's own staff in the facilitator's role, who read but do not decide
meanwhile; an insertion structure under mandate; a prescriber, who referred the holder's person and sees no
contract; an observer, who sees neither. The hire, person, assessment, statement and dispute asked for are
those of the holder, so that its subcontractor and the structure do not find them; durations and splits are
those of somebody of the structure. The import, its columns, the export, the job, the profile, the webhook and
the key are the buyer's; each rotates and revokes a key, and ends a membership, of its own. Organisations read
and write their profiles as buyer and as facilitator.

200 … 204: done. 403: seen, not theirs to do. 404: not theirs to see.
422: they hold none of the contracts that they name. 409: theirs to ask, were there a geocoder.
"""

SEATS = (
    *("admin", "buyer", "holder", "subcontractor", "facilitator"),
    *("staff", "structure", "prescriber", "observer"),
)
TABLE = """
operation                    adm  buy  hol  sub  fac  sta  str  pre  obs

check_life                   200  200  200  200  200  200  200  200  200
check_readiness              200  200  200  200  200  200  200  200  200
read_metrics                 200  200  200  200  200  200  200  200  200
read_problem                 200  200  200  200  200  200  200  200  200
read_register                200  200  200  200  200  200  200  200  200
read_notice                  200  200  200  200  200  200  200  200  200

read_me                      200  200  200  200  200  200  200  200  200
list_api_keys                200  200  200  200  200  200  200  200  200
create_api_key               201  201  201  201  201  201  201  201  201
rotate_api_key               201  201  201  201  201  201  201  201  201
revoke_api_key               204  204  204  204  204  204  204  204  204
list_memberships             200  200  200  200  200  200  200  200  200
grant_membership             201  201  201  201  201  201  201  201  201
end_membership               204  204  204  204  204  204  204  204  204
read_organisation            200  200  200  200  200  200  200  200  200
put_organisation             200  200  200  200  200  200  200  200  200
name_contact                 201  201  201  201  201  201  201  201  201
list_contacts                200  200  200  200  200  200  200  200  200
read_contact                 200  200  200  200  200  200  200  200  200
change_contact               200  200  200  200  200  200  200  200  200
confirm_contact              200  200  200  200  200  200  200  200  200
hand_over_contact            201  201  201  201  201  201  201  201  201
report_contact_bounce        200  200  200  200  200  200  200  200  200
retire_contact               204  204  204  204  204  204  204  204  204

search_territories           200  200  200  200  200  200  200  200  200
read_territory               200  200  200  200  200  200  200  200  200
search_addresses             403  403  409  409  409  409  409  403  403
list_territory_children      200  200  200  200  200  200  200  200  200
read_rules                   200  200  200  200  200  200  200  200  200
read_public                  200  200  200  200  200  200  200  200  200
estimate_hours               200  200  200  200  200  200  200  200  200
try_assessment               200  200  200  200  200  200  200  200  200

list_profiles                200  200  200  200  200  200  200  200  200
create_profile               403  201  403  403  201  201  403  403  403
read_profile                 404  200  404  404  404  200  404  404  404
draft_profile_version        404  201  404  404  404  201  404  404  404
change_profile_draft         404  200  404  404  404  200  404  404  404
publish_profile              404  200  404  404  404  200  404  404  404
withdraw_profile             404  204  404  404  404  204  404  404  404

register_contract            201  201  403  403  403  403  403  403  403
list_contracts               200  200  200  200  200  200  200  200  200
read_contract                200  200  200  200  200  200  200  404  404
change_contract              200  200  403  403  403  403  403  404  404
close_contract               200  200  403  403  403  403  403  404  404
count_contracts              200  200  200  200  200  200  200  200  200
put_waiver                   200  200  403  403  403  403  403  404  404
remove_waiver                200  200  403  403  403  403  403  404  404
put_social_conditions        200  200  403  403  403  403  403  404  404
remove_social_conditions     200  200  403  403  403  403  403  404  404
resolve_place                200  200  403  403  403  403  403  404  404
declare_subcontractor        201  201  403  403  403  403  403  404  404
list_subcontractors          200  200  200  200  200  200  200  404  404
read_clause                  200  200  200  200  200  200  200  404  404
record_clause                200  200  403  403  403  403  403  404  404
amend_clause                 201  201  403  403  403  403  403  404  404
give_delegation              403  403  201  201  403  403  403  404  404
list_delegations             200  200  200  200  200  200  200  404  404
read_delegation              200  200  200  404  200  200  200  404  404
change_delegation            403  403  200  404  403  403  403  404  404
withdraw_delegation          403  403  204  404  403  403  204  404  404
give_mandate                 201  201  403  403  403  403  403  404  404
list_mandates                200  200  200  200  200  200  200  404  404
read_mandate                 200  200  200  200  200  200  200  404  404
change_mandate               200  200  403  403  403  403  403  404  404
withdraw_mandate             204  204  403  403  403  403  403  404  404

record_invoice               201  201  403  403  403  403  403  404  404
list_invoices                200  200  200  403  200  200  403  404  404
read_invoice                 200  200  200  403  200  200  403  404  404
reverse_invoice              201  201  403  403  403  403  403  404  404

declare_hire                 403  403  201  201  403  403  201  404  404
list_hires                   200  200  200  200  200  200  200  404  404
list_seen_hires              200  200  200  200  200  200  200  200  200
read_hire                    200  200  200  404  200  200  404  200  404
amend_hire                   403  403  200  404  403  403  404  403  404
end_hire                     403  403  200  404  403  403  404  403  404

list_outcomes                403  403  200  404  200  200  404  200  404
put_outcome                  403  403  201  404  201  403  404  201  404
count_outcomes               200  200  200  200  200  200  200  404  404
count_territory_outcomes     200  200  200  200  200  200  403  403  403

consult_assessment           403  403  403  404  200  200  404  403  404
record_facts                 403  403  403  404  200  403  404  403  404
record_proof                 403  403  403  404  200  403  404  403  404
decide_eligibility           404  404  404  404  200  403  404  404  404
list_assessments             403  403  403  403  200  200  403  403  403

consult_duration             403  403  403  404  200  200  403  404  404
list_duration_decisions      403  403  403  404  200  200  403  404  404
decide_duration              403  403  403  404  201  403  403  404  404
cancel_duration_decision     403  403  403  404  201  403  403  404  404

create_participant           403  403  201  201  403  403  201  403  403
search_participants          403  403  200  200  200  200  200  403  403
read_participant             403  403  200  404  200  200  404  200  403
rectify_participant          403  403  200  404  403  403  404  403  403
put_residence                403  403  200  404  403  403  404  403  403
list_duplicates              403  403  403  403  200  200  403  403  403
list_person_links            403  403  403  403  200  200  403  403  403
merge_participants           403  403  403  403  201  403  403  403  403
separate_participants        403  403  403  403  201  403  403  403  403
record_opposition            403  403  201  404  201  403  404  403  403
list_oppositions             403  403  200  404  200  200  404  403  403
export_participant           403  403  200  404  200  403  404  403  403
export_participant_page      403  403  200  404  200  403  404  403  403
erase_participant            403  403  201  404  201  403  404  403  403
read_retention               200  403  403  403  403  403  403  403  403

submit_statement             403  403  201  201  403  403  201  404  404
list_statements              200  200  200  200  200  200  200  404  404
read_statement_draft         403  403  200  200  403  403  200  404  404
read_statement               200  200  200  404  200  200  404  404  404
list_statement_versions      200  200  200  404  200  200  404  404  404
correct_statement            403  403  201  404  403  403  404  404  404
read_statement_approval      200  200  200  404  200  200  404  404  404
approve_statement            403  403  403  404  403  403  404  404  404
review_statement             403  403  403  404  200  403  404  404  404

list_held_hours              403  403  403  403  200  200  403  404  404
request_pool                 403  403  201  422  403  403  403  403  403
list_pools                   200  200  200  200  200  200  200  200  200
read_pool                    200  200  200  404  200  200  404  404  404
read_pool_compliance         200  200  200  404  200  200  404  404  404
agree_pool                   200  200  403  404  403  403  404  404  404
refuse_pool                  200  200  403  404  403  403  404  404  404
leave_pool                   200  200  200  404  403  403  404  404  404

list_splits                  403  403  403  403  200  200  403  404  404
read_split                   403  403  403  403  200  200  403  404  404
propose_split                403  403  403  403  201  403  403  404  404
accept_split                 403  403  403  403  200  403  403  404  404
refuse_split                 403  403  403  403  200  403  403  404  404
withdraw_split               403  403  403  403  200  403  403  404  404

read_work_queue              200  200  200  200  200  200  200  200  200
list_reminders               200  200  200  200  200  200  200  200  200
read_compliance              200  200  200  200  200  200  403  404  404
list_compliance_entries      200  200  200  200  200  200  403  404  404
read_proof_levels            200  200  200  200  200  200  403  404  404
read_territory_compliance    200  200  200  200  200  200  403  403  403
list_compliance_of_children  200  200  200  200  200  200  403  403  403
read_consolidation           200  200  200  200  200  200  403  403  403
read_territory_needs         200  200  200  200  200  200  200  403  403

publish_release              201  403  403  403  403  403  403  403  403
list_releases                200  200  200  200  200  200  200  200  200
read_release                 200  200  200  200  200  200  200  200  200
list_release_cells           200  200  200  200  200  200  200  200  200
read_territory_indicators    200  200  200  200  200  200  200  200  200

read_penalties               200  200  200  403  200  200  403  404  404
record_penalty_fact          403  201  403  403  201  403  403  404  404
list_penalty_facts           200  200  200  403  200  200  403  404  404
read_penalty_fact            200  200  200  403  200  200  403  404  404
cancel_penalty_fact          403  200  403  403  200  403  403  404  404
decide_penalties             403  201  403  403  403  403  403  404  404
list_penalty_decisions       200  200  200  403  200  200  403  404  404
read_penalty_decision        200  200  200  403  200  200  403  404  404
open_dispute                 403  403  201  201  403  403  201  404  404
list_disputes                200  200  200  200  200  200  200  404  404
read_dispute                 200  200  200  404  200  200  404  404  404
answer_dispute               403  403  403  404  200  403  404  404  404
withdraw_dispute             403  403  200  404  403  403  404  404  404

export_contracts             200  200  200  200  200  200  200  200  200
export_statements            200  200  200  200  200  200  200  200  200
export_entries               200  200  200  200  200  200  403  403  403
export_decp                  200  200  200  200  200  200  200  200  200
export_hours                 403  403  200  200  403  403  200  403  403
export_territories           200  200  200  200  200  200  403  403  403
export_consolidation         200  200  200  200  200  200  403  403  403
export_open_data             200  200  200  200  200  200  403  403  403
read_open_data_schema        200  200  200  200  200  200  200  200  200
export_ocds                  200  200  200  200  200  200  200  200  200
export_ocds_records          200  200  200  200  200  200  200  200  200
export_contract_ocds         200  200  200  200  200  200  200  404  404
export_bilan                 200  200  200  200  200  200  403  404  404
export_attestation           200  200  200  200  200  200  403  404  404

request_export               202  202  202  202  202  202  202  202  202
read_export                  404  200  404  404  404  404  404  404  404
read_export_file             404  200  404  404  404  404  404  404  404

import_file                  202  202  403  403  403  403  403  403  403
read_hours_template          403  403  200  200  403  403  200  403  403
read_hires_template          403  403  200  200  403  403  200  403  403
read_invoices_template       200  200  403  403  403  403  403  403  403
list_decp_conflicts          200  200  403  403  403  403  403  403  403
decide_decp_conflict         200  200  404  404  404  404  404  404  404
list_decp_reviews            200  200  403  403  403  403  403  403  403
decide_decp_review           200  200  404  404  404  404  404  404  404
read_import                  200  200  404  404  404  404  404  404  404
list_import_rows             200  200  404  404  404  404  404  404  404
read_import_file             403  200  404  404  404  404  404  404  404
list_import_mappings         200  200  200  200  200  200  200  200  200
remove_import_mapping        404  204  404  404  404  404  404  404  404
list_connectors              200  403  403  403  403  403  403  403  403
read_job                     200  200  404  404  404  404  404  404  404
cancel_job                   200  200  404  404  404  404  404  404  404
follow_job                   200  200  404  404  404  404  404  404  404
create_webhook               201  201  201  201  201  201  201  201  201
list_webhooks                200  200  200  200  200  200  200  200  200
read_webhook                 404  200  404  404  404  404  404  404  404
change_webhook               404  200  404  404  404  404  404  404  404
delete_webhook               404  204  404  404  404  404  404  404  404
rotate_webhook_secret        404  201  404  404  404  404  404  404  404
test_webhook                 404  201  404  404  404  404  404  404  404
replay_webhook               404  200  404  404  404  404  404  404  404
list_deliveries              404  200  404  404  404  404  404  404  404
read_delivery                404  200  404  404  404  404  404  404  404
replay_delivery              404  200  404  404  404  404  404  404  404
read_events                  200  200  200  200  200  200  200  200  200
read_audit                   200  200  200  200  200  200  200  200  200
export_audit                 200  200  200  200  200  200  200  200  200
"""

# Needs no key.
OPEN = ("check_life", "check_readiness", "read_metrics", "read_problem", "read_register", "read_notice")

# For these the role alone decides, before the person is looked for: the answer says nothing of who exists.
NO_PEOPLE = ("admin", "buyer", "prescriber", "observer")
BY_ROLE = {
    "list_assessments": (*NO_PEOPLE, "holder", "subcontractor", "structure"),
    **dict.fromkeys(
        ("read_participant", "rectify_participant", "put_residence"), ("admin", "buyer", "observer")
    ),
    **dict.fromkeys(
        ("record_opposition", "list_oppositions", "export_participant", "export_participant_page"),
        NO_PEOPLE,
    ),
    "erase_participant": NO_PEOPLE,
    **dict.fromkeys(
        ("list_person_links", "merge_participants", "separate_participants"),
        (*NO_PEOPLE, "holder", "subcontractor", "structure"),
    ),
}

# What can be done once on a case.
ONCE = (
    *("close_contract", "record_clause", "amend_clause", "put_outcome"),
    *("withdraw_mandate", "withdraw_delegation"),
    *("merge_participants", "separate_participants", "cancel_duration_decision"),
    *("record_opposition", "erase_participant"),
    *("draft_profile_version", "change_profile_draft", "publish_profile", "withdraw_profile"),
    *("propose_split", "accept_split", "refuse_split", "withdraw_split"),
    *("agree_pool", "refuse_pool", "leave_pool"),
    *("decide_penalties", "open_dispute", "answer_dispute", "withdraw_dispute"),
)


def rows() -> dict[str, dict[str, int]]:
    """The table: status by operation and seat."""
    _, *lines = [line.split() for line in TABLE.splitlines() if line.strip()]
    found = {name: dict(zip(SEATS, map(int, statuses), strict=True)) for name, *statuses in lines}
    assert len(found) == len(lines), "an operation has two rows"
    return found
