"""Notebooks that a kernel has run, with the outputs of hunting: tables of pandas, pictures, warnings, errors.

In: anything. Out: the text of each notebook's file.
"""

import json
import sys
import warnings

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

NOTEBOOKS = [
    [
        new_markdown_cell("# Logons\n\nWe looked at every logon."),
        new_code_cell("TENANT_ID = 'x'", metadata={"tags": ["parameters"]}),
        new_code_cell("TENANT_ID = '000145483'", metadata={"tags": ["injected-parameters"]}),
        new_code_cell(
            "import pandas as pd\n"
            "frame = pd.DataFrame({'host': ['wk-17', 'srv-02'], 'address': ['10.0.0.4', '192.168.7.9'], 'n': [3, 41]})\n"
            "frame"
        ),
        new_code_cell("frame.describe()", metadata={"tags": ["remove_input"]}),
        new_code_cell("frame.groupby('host').agg({'n': ['sum', 'max']})"),
        new_code_cell("frame['n']"),
        new_code_cell("print(frame.to_string()); print('done', end='')"),
        new_code_cell("frame", metadata={"tags": ["remove_output"]}),
        new_code_cell("frame", metadata={"tags": ["remove_cell"]}),
        new_raw_cell("taegis investigations create"),
        new_markdown_cell("Write twice.", metadata={"tags": ["remove_cell"]}),
    ],
    [
        new_code_cell(
            "import sys, warnings\nprint('out'); print('err', file=sys.stderr); print('out again')\nwarnings.warn('old')"
        ),
        new_code_cell("for n in range(3):\n    print(f'{n}\\r', end='', flush=True)\n    print('e', file=sys.stderr, flush=True)"),
        new_code_cell("from IPython.display import *\ndisplay(Markdown('## From code\\n\\n* a'))\ndisplay(HTML('<b>4</b> hosts'))"),
        new_code_cell("display(JSON({'a': 1})); display(Latex('$x^2$')); display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'))"),
        new_code_cell("from PIL import Image as Picture\nPicture.new('RGB', (3, 2), 'red')"),
        new_code_cell("display(Javascript('1')); 'text'"),
        new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
        new_code_cell("!echo shell"),
        new_code_cell("import ipywidgets; ipywidgets.IntProgress(value=3)"),
    ],
    [
        new_code_cell("{'a': list(range(40)), 'text': 'x' * 90}"),
        new_code_cell("print('\\x1b[31mred\\x1b[0m', '\\u2028', '🦦')"),
        new_code_cell("import pandas as pd\npd.DataFrame({'n': [1, 2]}).style.highlight_max(color='gold')"),
        new_code_cell("pd.DataFrame({'d': pd.to_datetime(['2026-05-01'])}).T"),
        new_code_cell("def f():\n    return undefined\nf()", metadata={"tags": ["raises-exception"]}),
    ],
]


def main():
    warnings.simplefilter("ignore")
    texts = []
    for cells in NOTEBOOKS:
        notebook = new_notebook(cells=cells)
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
        texts.append(nbformat.writes(notebook))
    json.dump(texts, sys.stdout)


main()
