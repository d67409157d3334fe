"""The files of the project, as the tests of its structure read them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Before all three ways in exist, what only the whole can answer is not asked.
ASSEMBLED = all((ROOT / "app" / name).exists() for name in ("cli.py", "main.py", "worker.py"))


@dataclass(frozen=True)
class Module:
    """One Python file; `path` is relative to the root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of its syntax tree."""
        return list(ast.walk(ast.parse(self.text)))

    def says(self, *words: str) -> bool:
        """Whether one of these words stands in it; a file without any is not worth a tree."""
        return any(word in self.text for word in words)

    def within(self, *prefixes: str) -> bool:
        """Whether the file is, or is under, one of these paths."""
        return any(self.path == prefix or self.path.startswith(f"{prefix}/") for prefix in prefixes)


def modules(*folders: str) -> Iterator[Module]:
    """All Python files under these folders of the project."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
