"""The published export, in one process: what nbconvert leaves of a notebook for the customer.

In: [ipynb as JSON]. Out, in the same order: the markdown that `jupyter nbconvert --to markdown --no-input` writes with
the TagRemovePreprocessor for `remove_cell` and `remove_output`.
"""

import json
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
    config.TemplateExporter.exclude_input = True
    config.TemplateExporter.exclude_input_prompt = True
    config.TemplateExporter.exclude_output_prompt = True
    return MarkdownExporter(config=config)


def main():
    warnings.simplefilter("ignore")
    export = exporter()
    notebooks = (nbformat.reads(json.dumps(one), as_version=4) for one in json.load(sys.stdin))
    json.dump([export.from_notebook_node(notebook)[0] for notebook in notebooks], sys.stdout)


main()
