"""What jupytext reads, in one process.

In: [{"name", "text", "format": "myst" | "ipynb"}]. Out, in the same order: {"metadata", "cells": [{"cell_type",
"metadata", "source"}]}, or {"error"} where jupytext cannot read the text.
"""

import json
import sys
import warnings

import jupytext
import nbformat


def read(case):
    try:
        if case["format"] == "ipynb":
            notebook = nbformat.reads(case["text"], as_version=4)
        else:
            notebook = jupytext.reads(case["text"], fmt="md:myst")
    except BaseException as error:  # whatever it is, a user could not open the file
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return {
        "metadata": notebook.metadata,
        "cells": [
            {"cell_type": cell.cell_type, "metadata": cell.metadata, "source": cell.source}
            for cell in notebook.cells
        ],
    }


def main():
    warnings.simplefilter("ignore")
    # A date is read by jupytext, and cannot be written as JSON: we make a string of it.
    json.dump([read(case) for case in json.load(sys.stdin)], sys.stdout, default=str)


main()
