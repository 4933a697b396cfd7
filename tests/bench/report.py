"""Measures reports beside nbconvert, of notebooks of sixty cells with the outputs of hunting.

Twice: as programs (`huntshelf report` and `jupyter nbconvert`, with their starts and their reading), and in one process each,
where only the export counts. Ours and theirs in turn.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from bench import Table, timed

PYTHON = sys.executable
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def notebook(number):
    """Twenty times prose, a table of two hundred rows, and what is printed or drawn."""
    rows = "".join(
        f"    <tr>\n      <th>{row}</th>\n      <td>wk-{row}</td>\n      <td>10.0.{number % 250}.{row}</td>\n      <td>{row * 37}</td>\n    </tr>\n"
        for row in range(200)
    )
    table = f'<div>\n<table border="1" class="dataframe">\n  <thead><tr><th></th><th>host</th><th>address</th><th>n</th></tr></thead>\n  <tbody>\n{rows}  </tbody>\n</table>\n</div>'
    cells = []
    for part in range(20):
        text = f"## Part {part}\n\n" + "We looked at every logon of the window, and at who made it. " * 12
        cells.append({"cell_type": "markdown", "metadata": {}, "source": text})
        shown = {"text/html": table, "text/plain": "a table"}
        for data in (shown, {"image/png": PNG, "text/plain": "<Figure>"}):
            outputs = [
                {"output_type": "stream", "name": "stdout", "text": "4120 rows, status SUCCESS, tenant 145483\n" * 5},
                {"output_type": "display_data", "metadata": {}, "data": data},
            ]
            cells.append(
                {"cell_type": "code", "metadata": {}, "source": "hits", "execution_count": 1, "outputs": outputs}
            )
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}


def theirs_in_process(paths):
    warnings.simplefilter("ignore")
    import nbformat
    from nbconvert import MarkdownExporter
    from traitlets.config import Config

    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"remove_cell"}
    config.TemplateExporter.exclude_input = True
    export = MarkdownExporter(config=config)
    read = [nbformat.read(path, as_version=4) for path in paths]
    # Its templates are read once.
    export.from_notebook_node(read[0])
    begin = time.perf_counter()
    for one in read:
        export.from_notebook_node(one)
    return time.perf_counter() - begin


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--reporting", required=True)
    arguments.add_argument("--notebooks", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments = arguments.parse_args()
    program, reporting = (os.path.abspath(path) for path in (arguments.program, arguments.reporting))
    nbconvert = Path(PYTHON).with_name("jupyter-nbconvert")
    table = Table()
    with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
        paths = []
        for number in range(arguments.notebooks):
            path = Path(folder) / f"{number}.ipynb"
            path.write_text(json.dumps(notebook(number)))
            paths.append(str(path))
        for number in range(arguments.rounds):
            done = subprocess.run([reporting, *paths], capture_output=True, check=True)
            markdown, gate, html = (sum(column) * 1000 / len(paths) for column in zip(*json.loads(done.stdout)))
            table.note("report alone, one notebook, ms", markdown)
            theirs = theirs_in_process(paths) * 1000 / len(paths)
            table.note("  nbconvert, one notebook, ms", theirs, beside="report alone, one notebook, ms")
            table.note("gate, one notebook, ms", gate)
            table.note("HTML, one notebook, ms", html)
            out = str(Path(folder) / "out.md")
            ours = timed(lambda: subprocess.run([program, "report", paths[0], "-o", out], capture_output=True, check=True))
            command = [nbconvert, "--to", "markdown", "--no-input", paths[0], "--output", "theirs"]
            other = timed(lambda: subprocess.run(command, capture_output=True, check=True))
            table.note("huntshelf report, ms", ours * 1000)
            table.note("  jupyter nbconvert, ms", other * 1000, beside="huntshelf report, ms")
            print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)
    print(f"{arguments.notebooks} notebooks of 60 cells, {arguments.rounds} rounds: median (least to most)")
    table.show()


if __name__ == "__main__":
    main()
