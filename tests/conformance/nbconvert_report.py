"""The published export, in one process: what nbconvert leaves of a notebook for the customer.

In: [{"ipynb": TEXT, "stem": NAME or null}]. Out, in the same order: {"text", "files"}: the markdown that `jupyter nbconvert
--to markdown --no-input` writes with the TagRemovePreprocessor for `remove_cell`, `remove_output` and `remove_input` and
without raw cells, as `taegis notebook generate-report` asks for it, and the files beside it with their bytes in base64.
With a stem the files are named as the command line names them, without as the library does. What it cannot convert is null.
"""

import base64
import json
import logging
import sys
import warnings

import nbformat
from nbconvert import MarkdownExporter
from traitlets.config import Config


def exporter():
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"remove_cell"}
    config.TagRemovePreprocessor.remove_all_outputs_tags = {"remove_output"}
    config.TagRemovePreprocessor.remove_input_tags = {"remove_input"}
    config.TemplateExporter.exclude_input = True
    config.TemplateExporter.exclude_input_prompt = True
    config.TemplateExporter.exclude_output_prompt = True
    config.TemplateExporter.exclude_raw = True
    return MarkdownExporter(config=config)


def converted(export, asked):
    stem = asked["stem"]
    resources = {"unique_key": stem, "output_files_dir": stem + "_files"} if stem else None
    try:
        notebook = nbformat.reads(asked["ipynb"], as_version=4)
        text, resources = export.from_notebook_node(notebook, resources=resources)
    except Exception as error:
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        return None
    files = resources["outputs"] or {}
    return {"text": text, "files": {name: base64.b64encode(data).decode() for name, data in files.items()}}


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    export = exporter()
    json.dump([converted(export, asked) for asked in json.load(sys.stdin)], sys.stdout)


main()
