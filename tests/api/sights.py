"""What PostgreSQL alone shows of one case's rows to each seat around it: the second wall, seen from inside.

all: every row of the case in that table; part: some; a point: none. The wall goes by contract, and by person
where it is told who somebody is; which columns, and what a member of a group sees of the others', is for
the queries (`DECISIONS.md`, 90). The case: two contracts with everybody around, one more of buyer and holder
alone; three people on the first, two on the second, one erased. The structure has no mandate on the second.

Accounts, keys, imports, exports and webhooks are the buyer's, the reminder is the holder's. The platform
reads neither identities nor stored answers. Who somebody is, what was said of their later situation and to
what they object reaches declarants and reviewers alone; the prescriber's second person objects, so that of
outcomes it sees none. What territories add up to is each viewer's own; the platform's rows are no case's.
"""

SIGHTS = """
table                   adm  buy  hol  sub  fac  sta  str  pre  obs

api_keys                all part part part part    . part part    .
assessments             all  all  all  all  all  all part    .    .
change_objects          all part part part part part part part    .
changes                 all part part part part part part part    .
clauses                 all  all  all part part  all part    .    .
connector_pulses        all    .    .    .    .    .    .    .    .
contacts                all  all  all  all  all  all  all    .    .
contract_access         all  all  all part part  all part    .    .
contract_parties        all  all  all part part  all part    .    .
contract_places         all  all  all part part  all part    .    .
contracts               all  all  all part part  all part    .    .
decp_conflicts          all  all    .    .    .    .    .    .    .
decp_records            all  all  all  all  all  all  all    .    .
decp_reviews            all  all    .    .    .    .    .    .    .
delegations             all  all  all  all  all  all  all    .    .
dispute_ends            all  all  all  all  all  all  all    .    .
disputes                all  all  all  all  all  all  all    .    .
documents_seen          all  all  all  all  all  all    .    .    .
duration_decisions      all  all  all  all  all  all  all    .    .
entries                 all  all  all  all  all  all part    .    .
erasures                all    .  all    .    .    .    .    .    .
events                  all part part part part part part part    .
export_files              .  all    .    .    .    .    .    .    .
export_pieces             .  all    .    .    .    .    .    .    .
folded_contracts        all    .    .    .    .    .    .    .    .
folded_viewers          all    .    .    .    .    .    .    .    .
hire_traits             all  all  all  all  all  all part part    .
hires                   all  all  all  all  all  all part part    .
identities                .    . part part  all  all part part    .
import_chunks           all  all    .    .    .    .    .    .    .
import_files            all  all    .    .    .    .    .    .    .
import_mappings           .  all    .    .    .    .    .    .    .
import_rows             all  all    .    .    .    .    .    .    .
import_tables           all  all    .    .    .    .    .    .    .
invoices                all  all  all  all  all  all  all    .    .
jobs                    all part    .    .    .    .    .    .    .
kept_traits             all  all  all  all  all  all    .    .    .
lines                   all  all  all  all  all  all part    .    .
mandates                all  all  all  all  all  all part    .    .
memberships             all  all    .    .    .    .    .    .    .
obligation_months       all  all  all  all  all  all part    .    .
open_changes            all part part part part part part part    .
oppositions               .    .  all    .  all  all    .    .    .
outcome_details           .    .  all    .  all  all    .    .    .
outcomes                all  all  all  all  all  all    .    .    .
participant_access        .    . part part    .    . part    .    .
participants            all part  all part part part part part    .
penalty_cancellations   all  all  all  all  all  all  all    .    .
penalty_decisions       all  all  all  all  all  all  all    .    .
penalty_facts           all  all  all  all  all  all  all    .    .
person_links              .    .    .    .  all  all    .    .    .
person_months           all  all  all  all  all  all part    .    .
pool_answers            all  all  all part part  all part    .    .
pools                   all  all  all  all  all  all  all    .    .
profile_versions        all  all    .    .  all  all    .    .    .
profile_withdrawals     all  all    .    .  all  all    .    .    .
profiles                all  all    .    .  all  all    .    .    .
release_cells           all  all  all  all  all  all  all  all  all
release_contracts       all  all  all  all  all  all  all    .    .
releases                all  all  all  all  all  all  all  all  all
reminders                 .    .  all    .    .    .    .    .    .
residences              all  all  all  all  all  all part part    .
split_answers           all  all  all  all  all  all  all    .    .
splits                  all  all  all  all  all  all  all    .    .
standings               all  all  all part part  all part    .    .
statement_approvals     all  all  all  all  all  all    .    .    .
statement_versions      all  all  all  all  all  all part    .    .
statements              all  all  all  all  all  all part    .    .
stored_answers            . part part part part    . part    .    .
territory_months          . part    .    . part part    .    .    .
territory_returns         . part    .    . part part    .    .    .
unfolded_changes        all  all  all  all  all  all part    .    .
verdicts                all  all  all  all  all  all part    .    .
versions                all  all  all part part  all part part    .
webhook_deliveries        .  all    .    .    .    .    .    .    .
webhooks                  .  all    .    .    .    .    .    .    .
"""


def sights() -> dict[str, dict[str, str]]:
    """By table and seat."""
    head, _, *rows = SIGHTS.strip().splitlines()
    return {name: dict(zip(head.split()[1:], seen, strict=True)) for name, *seen in map(str.split, rows)}
