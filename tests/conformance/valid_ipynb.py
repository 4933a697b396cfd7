"""Whether Jupyter's tools open notebooks: nbformat's validation, jupytext, and nbconvert to markdown.

In: [{"name", "text", "nbconvert": whether to convert it}]. Out, in the same order: a list of what went wrong.
"""

import json
import logging
import sys
import warnings

import jupytext
import nbconvert
import nbformat


def problems(case):
    found = []
    try:
        notebook = nbformat.reads(case["text"], as_version=4)
        nbformat.validate(json.loads(case["text"]), relax_add_props=False)
        jupytext.reads(case["text"], fmt="ipynb")
        jupytext.writes(notebook, fmt="md:myst")
        if nbformat.writes(nbformat.reads(case["text"], as_version=4)) + "\n" != case["text"]:
            found.append("nbformat writes other bytes")
        if case.get("nbconvert"):
            nbconvert.MarkdownExporter().from_notebook_node(notebook)
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}"[:300])
    return found


def main():
    warnings.simplefilter("ignore")
    logging.disable()
    json.dump([problems(case) for case in json.load(sys.stdin)], sys.stdout)


main()
