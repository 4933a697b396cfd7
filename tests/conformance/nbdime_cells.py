"""Which cells nbdime takes for the same, in one process.

In: [{"name", "old", "new"}], two notebooks as ipynb. Out, in the same order: {"pairs": [[old, new, changed]], "seconds"},
the cells that stand on both sides, counted from 0, and how long nbdime took to compare. Ids of cells are left out: MyST has
none, and both sides would count as changed.
"""

import json
import sys
import time
import warnings

import nbformat
from nbdime import diff_notebooks


def read(text):
    notebook = nbformat.reads(text, as_version=4)
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.pop("id", None)
    return notebook


def pairs(old, new, operations):
    """The cells that the operations on the list leave on both sides."""
    added, removed, patched = {}, set(), set()
    for operation in operations:
        if operation.op == "addrange":
            added[operation.key] = added.get(operation.key, 0) + len(operation.valuelist)
        elif operation.op == "removerange":
            removed.update(range(operation.key, operation.key + operation.length))
        elif operation.op == "patch":
            patched.add(operation.key)
        else:
            raise ValueError(f"{operation.op} of cells")
    found, place = [], 0
    for index in range(len(old.cells) + 1):
        place += added.get(index, 0)
        if index < len(old.cells) and index not in removed:
            found.append([index, place, index in patched])
            place += 1
    assert place == len(new.cells), "the operations lead to the new cells"
    return found


def compare(case):
    old, new = read(case["old"]), read(case["new"])
    begin = time.perf_counter()
    difference = diff_notebooks(old, new)
    seconds = time.perf_counter() - begin
    of_cells = next((one.diff for one in difference if one.key == "cells"), [])
    return {"pairs": pairs(old, new, of_cells), "seconds": seconds}


def main():
    warnings.simplefilter("ignore")
    json.dump([compare(case) for case in json.load(sys.stdin)], sys.stdout)


main()
