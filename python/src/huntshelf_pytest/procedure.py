"""What a rule is handed: a procedure, as Huntshelf read it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import Any, Iterable, NoReturn, Sequence


class RuleBroken(AssertionError):
    """A procedure is not as a rule wants it: where, and why."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path = path
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Cell:
    """One cell."""

    index: int
    """Its place, from 0."""
    kind: str
    """``markdown``, ``code`` or ``raw``."""
    tags: tuple[str, ...]
    metadata: dict[str, Any]
    line: int
    """The line of the file on which its source begins, from 1; 0 where that is not known."""
    source: str

    def line_at(self, at: int) -> int:
        """The line of the file of a character of the source."""
        return self.line + self.source.count("\n", 0, at) if self.line else 0


@dataclass(repr=False)
class Procedure:
    """One procedure. What is not named here is in ``data``."""

    data: dict[str, Any]
    """The JSON that ``huntshelf read`` wrote."""
    cells: list[Cell] = field(init=False)
    """All cells, in order."""
    broken: RuleBroken | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.cells = [
            Cell(
                index=cell["index"],
                kind=cell["kind"],
                tags=tuple(cell["tags"]),
                metadata=cell["metadata"],
                line=cell["line"],
                source=cell["source"],
            )
            for cell in self.data["cells"]
        ]

    def __repr__(self) -> str:
        return f"Procedure({self.path!r})"

    @property
    def path(self) -> str:
        """Its path, from the folder that pytest runs in."""
        return self.data["path"]

    @property
    def id(self) -> str | None:
        return self.data["id"]

    @property
    def title(self) -> str:
        return self.data["title"]

    @property
    def description(self) -> str:
        return self.data["description"]

    @property
    def techniques(self) -> list[str]:
        """Ids of ATT&CK techniques."""
        return self.data["techniques"]

    @property
    def tactics(self) -> list[str]:
        """Ids of ATT&CK tactics."""
        return self.data["tactics"]

    @property
    def data_sources(self) -> list[str]:
        return self.data["data_sources"]

    @property
    def tags(self) -> list[str]:
        return self.data["tags"]

    @property
    def authors(self) -> list[str]:
        return self.data["authors"]

    @property
    def platforms(self) -> list[str]:
        return self.data["platforms"]

    @property
    def service(self) -> str | None:
        return self.data["service"]

    @property
    def hunting(self) -> dict[str, Any]:
        """The ``hunting`` block as it is written; empty where there is none."""
        return self.data["hunting"] or {}

    @property
    def metadata(self) -> dict[str, Any]:
        """The notebook's metadata."""
        return self.data["metadata"]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return self.data["parameters"]

    @property
    def queries(self) -> list[dict[str, Any]]:
        return self.data["queries"]

    @property
    def diagnostics(self) -> list[dict[str, Any]]:
        """What ``huntshelf lint`` says of it."""
        return self.data["diagnostics"]

    @property
    def prose(self) -> list[Cell]:
        """The markdown cells."""
        return [cell for cell in self.cells if cell.kind == "markdown"]

    @property
    def code(self) -> list[Cell]:
        """The code cells."""
        return [cell for cell in self.cells if cell.kind == "code"]

    @property
    def raw(self) -> list[Cell]:
        """The raw cells."""
        return [cell for cell in self.cells if cell.kind == "raw"]

    def line_of(self, key: str) -> int:
        """The line of a key of ``hunting``, or of what it stands in; 0 where that is not known."""
        lines: dict[str, int] = self.data["lines"]
        path = f"hunting.{key}" if key else "hunting"
        while path not in lines:
            end = max(path.rfind("."), path.rfind("["))
            if end < 0:
                return 0
            path = path[:end]
        return lines[path]

    def fail(
        self,
        message: str,
        *,
        line: int | None = None,
        key: str | None = None,
        cell: Cell | int | None = None,
        at: int = 0,
    ) -> NoReturn:
        """Fails the test, and says where: at a line, a key of ``hunting``, or a character of a cell."""
        __tracebackhide__ = True
        if line is None and key is not None:
            line = self.line_of(key)
        if line is None and cell is not None:
            line = (self.cells[cell] if isinstance(cell, int) else cell).line_at(at)
        self.broken = RuleBroken(self.path, line or 0, message)
        raise self.broken


def read(program: str, paths: Sequence[str], config: str | None = None) -> list[Procedure]:
    """All procedures at some paths.

    Raises :class:`RuntimeError` with what the program said where it cannot read them.
    """
    command = [program, "read", *(["--config", config] if config else []), "--", *paths]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise RuntimeError(f"{program} cannot be run: {error}; name it with --huntshelf") from None
    if done.returncode != 0:
        raise RuntimeError(f"{program} read: {done.stderr.decode(errors='replace').strip()}")
    return list(_procedures(done.stdout.decode("utf-8").split("\n")))


def _procedures(lines: Iterable[str]) -> Iterable[Procedure]:
    return (Procedure(json.loads(line)) for line in lines if line)
