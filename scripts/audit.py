"""Audit the locks: `python scripts/audit.py LOCK… [-- OPTIONS OF pip-audit]`.

A known flaw fails. What could not be looked up is said, package by package or as a whole, and fails too where
`CLAUSES_AUDIT` is `required`: an index that has no advisories answers "not found", which is no clean bill.
"""

import json
import os
import subprocess
import sys
from typing import Any

# A machine without network is told at once, one behind a silent wall after this.
SECONDS = float(os.environ.get("CLAUSES_AUDIT_SECONDS", "60"))
COMMAND = (
    *("-m", "pip_audit", "--disable-pip", "--require-hashes"),
    *("--progress-spinner", "off", "--timeout", "10"),
)


def main(arguments: list[str]) -> int:
    """Exit status: 1 for a known flaw, or for what was not audited where that is required; else 0."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    locks = [part for lock in arguments[:split] for part in ("-r", lock)]
    found, reason = audited([*locks, *arguments[split + 1 :]])
    flaws = [(item, flaw) for item in found for flaw in item.get("vulns", [])]
    skipped = [item["name"] for item in found if "skip_reason" in item]
    for item, flaw in flaws:
        fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
        print(f"FLAW: {item['name']} {item['version']}: {flaw['id']}, fixed in {fixed}")
    if reason is None and skipped:
        reason = f"{len(skipped)} of {len(found)} packages are unknown to it ({', '.join(skipped[:3])}…)"
    if reason is not None:
        print(f"not audited: the advisory service did not help: {reason}", file=sys.stderr)
    if not flaws and reason is None:
        print(f"{len(found)} packages audited, no known flaw")
    required = os.environ.get("CLAUSES_AUDIT") == "required"
    return int(bool(flaws) or (required and reason is not None))


def audited(options: list[str]) -> tuple[list[dict[str, Any]], str | None]:
    """What pip-audit reports of each package, and why it reports nothing if so."""
    command = [sys.executable, *COMMAND, "--format", "json", *options]
    try:
        done = subprocess.run(  # noqa: S603 - this project's own tool
            command, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return [], f"no answer within {SECONDS:.0f} s"
    try:
        return json.loads(done.stdout)["dependencies"], None
    except ValueError:
        return [], (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:300]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
