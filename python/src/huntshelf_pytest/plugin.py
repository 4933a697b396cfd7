"""The fixtures ``procedure`` and ``procedures``, and what their failures say in reports."""

from __future__ import annotations

import os
from typing import Iterator

import pytest

from .procedure import Procedure, RuleBroken, read

_SEVERITIES = ("info", "warning", "error")
_PROCEDURES = pytest.StashKey["list[Procedure]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("huntshelf", "procedures, as Huntshelf reads them")
    group.addoption("--huntshelf", metavar="PROGRAM", help="Huntshelf's program (else $HUNTSHELF_PROGRAM, else huntshelf)")
    group.addoption(
        "--huntshelf-path",
        metavar="PATH",
        action="append",
        default=[],
        help="a notebook, or a folder of them; may be given several times (else the folder that pytest runs in)",
    )
    group.addoption("--huntshelf-config", metavar="FILE", help="the file with [lint], in place of the repository's own")
    parser.addini("huntshelf_program", "Huntshelf's program")
    parser.addini("huntshelf_paths", "notebooks, or folders of them", type="args", default=[])
    parser.addini("huntshelf_config", "the file with [lint]")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "huntshelf(code, severity): the code of the rule that a test is (else its name), and how bad it is "
        "(info, warning or error)",
    )


def _all(config: pytest.Config) -> list[Procedure]:
    if _PROCEDURES not in config.stash:
        program = (
            config.getoption("--huntshelf")
            or os.environ.get("HUNTSHELF_PROGRAM")
            or config.getini("huntshelf_program")
            or "huntshelf"
        )
        paths = config.getoption("--huntshelf-path") or config.getini("huntshelf_paths") or ["."]
        lint = config.getoption("--huntshelf-config") or config.getini("huntshelf_config") or None
        config.stash[_PROCEDURES] = read(program, paths, lint)
    return config.stash[_PROCEDURES]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "procedure" in metafunc.fixturenames:
        try:
            found = _all(metafunc.config)
        except RuntimeError as error:
            # Told in a line, not by where in pytest it came up.
            raise pytest.Collector.CollectError(str(error)) from None
        metafunc.parametrize("procedure", found, ids=[procedure.path for procedure in found])


@pytest.fixture(scope="session")
def procedures(pytestconfig: pytest.Config) -> list[Procedure]:
    """All procedures."""
    try:
        return _all(pytestconfig)
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Puts into the report which rule of which file it is about, and where."""
    outcome = yield
    callspec = getattr(item, "callspec", None)
    procedure = callspec.params.get("procedure") if callspec else None
    broken = call.excinfo.value if call.excinfo and isinstance(call.excinfo.value, RuleBroken) else None
    path = broken.path if broken else procedure.path if isinstance(procedure, Procedure) else None
    if path is None or call.when != "call":
        return
    code, severity = _rule(item)
    said = {"path": path, "code": code, "severity": severity}
    if broken:
        said.update(line=str(broken.line), message=broken.message)
    # Of the test, not of this report: the JUnit file takes them from the last one.
    item.user_properties.extend((f"huntshelf.{name}", value) for name, value in said.items())
    report = outcome.get_result()
    if report.failed:
        line = f":{broken.line}" if broken and broken.line else ""
        report.sections.append(("procedure", f"{path}{line}"))


def _rule(item: pytest.Item) -> tuple[str, str]:
    marker = item.get_closest_marker("huntshelf")
    said = marker.kwargs if marker else {}
    name = getattr(item, "originalname", None) or item.name
    usual = name.removeprefix("test_") if hasattr(name, "removeprefix") else name[5:]
    code = said.get("code") or "-".join(part for part in usual.lower().split("_") if part)
    severity = said.get("severity", "error")
    if severity not in _SEVERITIES:
        raise pytest.UsageError(f"{item.nodeid}: the severity {severity!r} is none of {', '.join(_SEVERITIES)}")
    return code, severity
