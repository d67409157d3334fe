"""How well an hour is proven: declared, supported by a document that was seen, accepted (domain §5)."""

from __future__ import annotations

from app.rules.codes import ProofLevel, Rule, State


def proof_level(state: State, rule: Rule | None, *, documented: bool) -> ProofLevel:
    """Return the level of posted hours.

    Only hours that wait for their review are not accepted yet: every other rule judges what was accepted.
    """
    if (state, rule) != (State.PENDING, Rule.REVIEW):
        return ProofLevel.ACCEPTED
    return ProofLevel.SUPPORTED if documented else ProofLevel.DECLARED
