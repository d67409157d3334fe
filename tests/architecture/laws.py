"""The structure's laws: each takes one module and yields what breaks it, as `path:line what`."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from tests.architecture.source import Module

Law = Callable[[Module], Iterator[str]]

LONGEST_FILE = 400
VAGUE_NAMES = {"base", "common", "core", "helper", "helpers", "manager", "misc", "shared", "util", "utils"}

# What everybody may read: facts published for all.
SHARED_TABLES = {"PostalCode", "Territory", "TerritoryAlias"}
READING_CALLS = {"aliased", "delete", "exists", "get", "get_one", "join", "outerjoin", "query", "select"}
READING_CALLS |= {"select_from", "update", "with_only_columns"}

# An exception to a tool's rule, then why, after a dash or in a comment of its own.
EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore)\b", re.IGNORECASE)
EXPLAINED = re.compile(r"#\s*(?:noqa:\s*[A-Z0-9, ]+?|type:\s*ignore\[[a-z, -]+\])\s*(?:#|-|–)\s*\w.{4,}")

SQL_WORDS = {"bindparam", "case", "delete", "exists", "func", "insert", "literal", "literal_column"}
SQL_WORDS |= {"select", "table", "text", "union", "union_all", "update"}


def commits_in_one_place(module: Module) -> Iterator[str]:
    """Only the session module commits: a change is written whole, before the answer leaves."""
    if module.within("app/db/session.py"):
        return
    for node in module.nodes:
        by_method = isinstance(node, ast.Attribute) and node.attr == "commit"
        by_statement = isinstance(node, ast.Constant) and str(node.value).strip(" ;").upper() == "COMMIT"
        if by_method or by_statement:
            yield f"{_at(module, node)} commits"


def speaks_sql_in_the_database_layer(module: Module) -> Iterator[str]:
    """Only `app/db` builds statements; a service refines the ones it is given."""
    if module.within("app/db") or not module.says("sqlalchemy"):
        return
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom) and node.module in {"sqlalchemy", "sqlalchemy.sql"}:
            for name in node.names:
                if name.name in SQL_WORDS:
                    yield f"{_at(module, node)} imports {name.name} of sqlalchemy"
        elif isinstance(node, ast.Import) and any(name.name == "sqlalchemy" for name in node.names):
            yield f"{_at(module, node)} imports all of sqlalchemy"


def reads_tenants_through_queries(tables: set[str]) -> Law:
    """Only `app/db/queries` names a table that belongs to somebody in a reading: it asks who reads."""
    tenants = tables - SHARED_TABLES

    def law(module: Module) -> Iterator[str]:
        if module.within("app/db/queries") or not module.says(*tenants):
            return
        for node in module.nodes:
            if isinstance(node, ast.Call) and _called(node) in READING_CALLS:
                for table in sorted({name for argument in node.args for name in _names(argument)} & tenants):
                    yield f"{_at(module, node)} reads {table} outside app/db/queries"

    return law


def bears_the_word_of_a_subject(module: Module) -> Iterator[str]:
    """A vague name takes in everything and belongs to nobody."""
    for part in PurePosixPath(module.path).with_suffix("").parts:
        for word in set(part.split("_")) & VAGUE_NAMES:
            yield f"{module.path}: a name that says nothing: {word}"


def has_one_subject(module: Module) -> Iterator[str]:
    """A file that grows longer has found a second subject."""
    lines = module.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{module.path}: {lines} lines, over {LONGEST_FILE}: split it by subject"


def explains_its_exceptions(module: Module) -> Iterator[str]:
    """A rule of a tool is set aside for a reason, which the next reader can weigh."""
    # Splitting a file into tokens takes long: most have no exception, not even in a text.
    if EXCEPTION.search(module.text) is None:
        return
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        is_exception = token.type == tokenize.COMMENT and EXCEPTION.search(token.string)
        if is_exception and not EXPLAINED.search(token.string):
            yield f"{module.path}:{token.start[0]} does not say why: {token.string}"


def tables_declared_in(module: Module) -> set[str]:
    """Names of the mapped classes of a module of `app/db/tables`."""
    return {
        node.name
        for node in module.nodes
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Base" for base in node.bases)
    }


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _names(node: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} | {
        inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)
    }


def _at(module: Module, node: ast.AST) -> str:
    return f"{module.path}:{getattr(node, 'lineno', 0)}"
