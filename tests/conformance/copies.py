"""What papermill makes of a procedure, beside a copy that we made of it.

In: [{"name", "myst", "copy", "values"?}] with the texts of both, and the values that were to be filled in. Out: [{"name", "problems": [...], "parameters": {...}}]: the
problems say how the copy differs from `papermill --prepare-only` on jupytext's conversion, or from nbformat's schema, and which literals are not the values.
Aside are what papermill leaves to chance or writes about itself (ids, metadata.papermill, empty lists of tags), cells
that were held (raw in our copy), and the tag `remove_cell` of the injected cell.
"""

import ast
import json
import logging
import os
import sys
import tempfile

import jupytext
import nbformat
import papermill


def injected(notebook):
    return [c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", [])]


def read_parameters(source):
    """`NAME = literal`, one a line."""
    values = {}
    for statement in ast.parse(source).body:
        assert isinstance(statement, ast.Assign) and len(statement.targets) == 1, ast.dump(statement)
        values[statement.targets[0].id] = ast.literal_eval(statement.value)
    return values


def plain(cell):
    metadata = json.loads(json.dumps(cell.metadata))
    metadata.pop("papermill", None)
    if not metadata.get("tags"):
        metadata.pop("tags", None)
    if "injected-parameters" in metadata.get("tags", []):
        metadata["tags"] = [tag for tag in metadata["tags"] if tag != "remove_cell"]
    return {"cell_type": cell.cell_type, "source": cell.source, "metadata": metadata}


def compare(case, folder):
    problems = []
    ours = nbformat.reads(case["copy"], as_version=nbformat.NO_CONVERT)
    try:
        nbformat.validate(ours)
    except nbformat.ValidationError as error:
        problems.append(f"nbformat: {error}")
    if (ours.nbformat, ours.nbformat_minor) != (4, 5):
        problems.append(f"nbformat {ours.nbformat}.{ours.nbformat_minor}")
    ids = [cell.get("id") for cell in ours.cells]
    if len(set(ids)) != len(ids) or None in ids:
        problems.append("ids of cells are missing or repeat")
    for number, cell in enumerate(ours.cells):
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            problems.append(f"cell {number} has outputs or an execution count")

    cells = injected(ours)
    parameters = read_parameters(cells[0].source) if cells else {}
    if len(cells) > 1:
        problems.append("several injected cells")

    for name, value in case.get("values", {}).items():
        if name not in parameters or repr(parameters[name]) != repr(value):
            problems.append(f"{name} reads {parameters.get(name)!r}, and is {value!r}")

    before = os.path.join(folder, "before.ipynb")
    after = os.path.join(folder, "after.ipynb")
    jupytext.write(jupytext.reads(case["myst"], fmt="md:myst"), before)
    if parameters:
        papermill.execute_notebook(before, after, parameters=parameters, prepare_only=True, progress_bar=False)
    else:
        after = before
    theirs = nbformat.read(after, as_version=4)

    held = set(ours.metadata.get("huntshelf", {}).get("held_cells", []))
    if len(ours.cells) != len(theirs.cells):
        problems.append(f"{len(ours.cells)} cells, papermill makes {len(theirs.cells)}")
    for number, (own, other) in enumerate(zip(ours.cells, theirs.cells)):
        own, other = plain(own), plain(other)
        if number in held:
            own["cell_type"] = other["cell_type"]
            own["metadata"] = other["metadata"]
        if own != other:
            problems.append(f"cell {number}: {json.dumps(own)} is not {json.dumps(other)}")
    own = json.loads(json.dumps(ours.metadata))
    other = json.loads(json.dumps(theirs.metadata))
    for key in ("huntshelf", "papermill"):
        own.pop(key, None)
        other.pop(key, None)
    for key in ("kernelspec", "hunting"):
        if own.get(key) != other.get(key):
            problems.append(f"metadata.{key}: {own.get(key)} is not {other.get(key)}")
    return {"name": case["name"], "problems": problems, "parameters": parameters}


def main():
    # It says of every default that is an expression that it cannot read it.
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        json.dump([compare(case, folder) for case in json.load(sys.stdin)], sys.stdout)


main()
