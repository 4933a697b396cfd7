"""What people have, on many notebooks in one process: prints the CPU seconds that one pass over a folder took.

    theirs.py read|convert|render FOLDER [TEMPLATE]

Imports, loading the files and the first notebook, which warms every cache there is, do not count. The other side is
`catalog/examples/thousand.rs`.
"""

import sys
import time
import warnings
from pathlib import Path

import jupytext


def main():
    what, folder, *template = sys.argv[1:]
    warnings.simplefilter("ignore")
    texts = [path.read_text() for path in sorted(Path(folder).iterdir())]

    def read(text):
        return jupytext.reads(text, fmt="md:myst")

    if what == "read":
        work = read
    elif what == "convert":
        def work(text):
            return jupytext.writes(read(text), fmt="ipynb")
    else:
        from nbconvert import HTMLExporter
        from nbconvert.filters.markdown_mistune import InvalidNotebook

        exporter = HTMLExporter(template_name=template[0])

        def work(text):
            try:
                return exporter.from_notebook_node(read(text))
            except InvalidNotebook:
                # A picture that the notebook says it holds and does not; what was done until then counts.
                return None

    work(texts[0])
    before = time.process_time()
    for text in texts:
        work(text)
    print(f"{time.process_time() - before:.6f}")


main()
