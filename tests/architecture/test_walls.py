"""Who looks past the second wall: a short list, which a reader can judge line by line."""

import ast

from tests.architecture.source import Module, modules

# A session opened for nobody in particular sees everything: the service's own work.
FOR_THE_SERVICE = {
    "app/services/audit.py": "who acted is forgotten after a year, whoever it was",
    "app/services/changes.py": "settling gives every change its position",
    "app/services/folding.py": "what territories hold, of every viewer",
    "app/services/export_jobs.py": "files whose time is over, whoever asked for them",
    "app/services/deliveries.py": "whose turn it is to be told of events, and what is forgotten",
    "app/services/quarters.py": "the lists of priority quarters, loaded by the operator",
    "app/services/reminders.py": "whom to write to, and what was sent",
    "app/services/directory.py": "which organisations to ask the directory of",
    "app/services/erasures.py": "the list kept beside the backups",
    "app/services/jobs.py": "the queue is everybody's until a job is taken",
    "app/services/key_rotation.py": "whatever a key of the service made",
    "app/services/last_uses.py": "when keys and memberships were last used",
    "app/services/retention.py": "whose identity was kept long enough",
    "app/services/setup.py": "the operator at the command line",
    "app/services/territories.py": "reference data",
    "app/services/upkeep.py": "what falls due with the days",
    "app/services/uploads.py": "files of which no import came to know",
    "app/services/verify.py": "every sum and every seal",
}
ACROSS = {
    "app/db/queries/access.py": "memberships of an account, before anybody is known and then its own choice",
    "app/db/queries/assessments.py": "one person's approvals on contracts that are pooled",
    "app/db/queries/contracts.py": "lots of one consultation; an organisation's seat",
    "app/db/queries/hires.py": "the contract of a hire that a prescriber tells of is held, not shown",
    "app/db/queries/persons.py": "the records of one person are held and joined together",
    "app/db/queries/pools.py": "what was said of every contract of a pool, and their clauses",
    "app/db/queries/splits.py": "a split lies between two contracts",
    "app/services/claims.py": "who reviews another claim on the same hours",
    "app/services/contacts.py": "what one's own organisation was answered in another role is forgotten",
    "app/services/erasures.py": "every record of a person goes, whoever holds it",
    "app/services/import_copies.py": "whether somebody was erased whom one's own table may name, not who",
    "app/services/jobs.py": "the service's own jobs are queued by anybody",
    "app/services/ledger.py": "one person's hours count once, wherever declared",
    "app/services/person_files.py": "whether others hold something of a person, not what",
    "app/services/persons.py": "records of one person, joined and parted",
    "app/services/territory_hours.py": "what moved since it was folded, of the viewer's own areas",
    "app/services/pool_positions.py": "the sums of a pool, of which each is shown its own contracts",
    "app/services/positions.py": "whether any change waits for its position",
    "app/services/rights.py": "an objection holds for every record of a person",
}


def _calls(module: Module, *names: str) -> list[ast.Call]:
    if not module.says(*names):
        return []
    return [
        node
        for node in module.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


def _opens_for_the_service(module: Module) -> bool:
    if not module.says("database"):
        return False
    opened = [call for call in _calls(module, "read", "write") if "database" in ast.unparse(call.func)]
    return any(not call.args and not call.keywords for call in opened)


def test_only_the_services_own_work_sees_everything() -> None:
    assert {
        module.path for module in modules("app") if _opens_for_the_service(module)
    } == FOR_THE_SERVICE.keys()


def test_what_crosses_tenants_is_listed() -> None:
    assert {module.path for module in modules("app") if _calls(module, "across")} == ACROSS.keys()


def test_a_session_for_the_service_is_seen() -> None:
    assert _opens_for_the_service(Module("app/web/x.py", "with means.database.read() as session: pass"))
    assert not _opens_for_the_service(Module("app/web/x.py", "with means.database.read(NOBODY) as s: pass"))
