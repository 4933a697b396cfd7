"""What a procedure tells of places. The plugin as a whole is tested with Huntshelf's program."""

import pytest

from huntshelf_pytest import Procedure, RuleBroken

DATA = {
    "path": "hunts/a.md",
    "hunting": {"id": "a", "tags": ["x"]},
    "lines": {"hunting": 5, "hunting.id": 6, "hunting.tags": 7},
    "cells": [
        {"index": 0, "kind": "markdown", "tags": [], "metadata": {}, "line": 10, "source": "# A\n\nb c"},
        {"index": 1, "kind": "code", "tags": ["parameters"], "metadata": {}, "line": 15, "source": "1"},
    ],
}


def test_cells_are_told_apart():
    procedure = Procedure(DATA)
    assert [cell.index for cell in procedure.prose] == [0]
    assert [cell.tags for cell in procedure.code] == [("parameters",)]
    assert procedure.raw == []


@pytest.mark.parametrize(
    "where, line",
    [
        ({"key": "id"}, 6),
        ({"key": "tags[0]"}, 7),
        ({"key": "owner"}, 5),
        ({"line": 3}, 3),
        ({"cell": 0, "at": 7}, 12),
        ({}, 0),
    ],
)
def test_a_failure_names_path_and_line(where, line):
    with pytest.raises(RuleBroken) as caught:
        Procedure(DATA).fail("it is wrong", **where)
    place = f"hunts/a.md:{line}" if line else "hunts/a.md"
    assert str(caught.value) == f"{place}: it is wrong"
    assert (caught.value.path, caught.value.line) == ("hunts/a.md", line)
