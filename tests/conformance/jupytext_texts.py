"""What jupytext writes, in one process.

In: [{"name", "text", "format": "myst" | "ipynb"}]. Out, in the same order: {"myst": the notebook as jupytext writes it}, or
{"error"}. MyST goes through ipynb on the way, as it does when somebody saves it in Jupyter.
"""

import json
import logging
import sys
import warnings

import jupytext
import nbformat


def write(case):
    try:
        if case["format"] == "ipynb":
            notebook = nbformat.reads(case["text"], as_version=4)
        else:
            notebook = jupytext.reads(case["text"], fmt="md:myst")
        # Through the file: nbformat sorts keys, and jupytext drops the version of the text.
        notebook.metadata.get("jupytext", {}).pop("text_representation", None)
        saved = nbformat.reads(nbformat.writes(notebook), as_version=4)
        return {"myst": jupytext.writes(saved, fmt="md:myst")}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def main():
    warnings.simplefilter("ignore")
    logging.disable()
    json.dump([write(case) for case in json.load(sys.stdin)], sys.stdout)


main()
