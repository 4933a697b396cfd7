"""Notebooks of nbformat 3 and 4 that nobody has seen, and what nbformat makes of them.

In: {"seed", "count"}. Out: [{"ipynb", "upgraded"} or {"ipynb", "error"}]: `upgraded` is what nbformat writes of it as
nbformat 4.5, or null where nbformat's own schema refuses that. Ids, which nbformat makes at random, are told as "".
"""

import json
import logging
import random
import sys
import warnings

import nbformat

TEXTS = ["x = 1", "", "a\nb", "a\n\nb\n", "\n", "a\r\nb", "a\u2028b", "\u00fc \U0001f50e", "  x", "\x1b[0;31mred\x1b[0m", "a\x0cb", "# t", "<b>x</b>"]
METADATA = [{}, {}, {"tags": ["a"]}, {"collapsed": False}, {"trusted": True}, {"x": {"y": [1, 2.5, None]}}, {"name": "n"}, {"\u00fc": "\u2028"}, {"z": 1, "a": 2}]
MIMES = ["text/plain", "text/html", "image/png", "image/svg+xml", "application/json", "application/javascript", "text/latex", "application/vnd.x+json", "application/x", "text/markdown"]
ALIASES = ["text", "html", "svg", "png", "jpeg", "latex", "json", "javascript"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, share):
        return self.random.random() < share

    def lines(self, ended=True):
        """A text as one string or as a list of lines."""
        text = self.pick(TEXTS)
        if self.chance(0.5):
            return text
        return text.splitlines(ended or self.chance(0.5))

    def value(self, mime):
        if mime.endswith("json"):
            return self.pick([{"a": 1}, [1, "x\ny"], "text\nof", 1.5, None, ["a\n", "b"]])
        return "QUJD" if mime == "image/png" else self.lines()

    def bundle(self):
        return {mime: self.value(mime) for mime in self.random.sample(MIMES, self.random.randrange(0, 4))}

    def output(self):
        kind = self.random.randrange(8)
        if kind < 2:
            return {"output_type": "stream", "name": self.pick(["stdout", "stderr"]), "text": self.lines()}
        if kind < 4:
            return {"output_type": "execute_result", "data": self.bundle(), "metadata": self.pick([{}, {"image/png": {"width": 1}}]), "execution_count": self.pick([1, None])}
        if kind < 6:
            return {"output_type": "display_data", "data": self.bundle(), "metadata": {}}
        if kind == 6:
            return {"output_type": "error", "ename": "E", "evalue": self.pick(TEXTS), "traceback": [self.pick(TEXTS) for _ in range(2)]}
        return self.pick([{"output_type": "x"}, {"output_type": "stream", "text": "x"}, {"output_type": "display_data", "data": {}}, 1, {},
                          {"output_type": "error", "ename": "E", "evalue": "", "traceback": "x"}, {"output_type": "stream", "name": "a", "text": "b", "more": 1}])

    def cell(self, minor):
        kind = self.pick(["code", "code", "markdown", "raw"])
        cell = {"cell_type": kind, "metadata": self.pick(METADATA), "source": self.lines()}
        if kind == "code":
            cell["execution_count"] = self.pick([None, 1, 70])
            cell["outputs"] = [self.output() for _ in range(self.random.randrange(0, 3))]
        elif self.chance(0.2):
            cell["attachments"] = {"a.png": {"image/png": "QUJD"}, "b.svg": {"image/svg+xml": self.lines()}}
        if minor >= 5:
            cell["id"] = f"id-{self.random.randrange(10**9)}"
        if self.chance(0.02):
            cell["odd"] = 1
        return cell

    def output3(self):
        kind = self.random.randrange(6)
        if kind == 0:
            return {"output_type": "stream", "stream": self.pick(["stdout", "stderr"]), "text": self.lines(False)}
        if kind < 3:
            output = {"output_type": "pyout", "metadata": {}, "prompt_number": self.pick([1, 7])}
        elif kind < 5:
            output = {"output_type": "display_data", "metadata": self.pick([{}, {"png": {"width": 1}}])}
        else:
            return {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["a", "b\n"]}
        for alias in self.random.sample(ALIASES, self.random.randrange(0, 4)):
            output[alias] = '{"a": [1]}' if alias == "json" else "QUJD" if alias in ("png", "jpeg") else self.lines(False)
        return output

    def cell3(self):
        kind = self.pick(["code", "code", "code", "markdown", "raw", "heading", "html"])
        if kind == "code":
            cell = {"cell_type": "code", "collapsed": self.pick([True, False]), "input": self.lines(False), "language": "python", "metadata": self.pick(METADATA),
                    "outputs": [self.output3() for _ in range(self.random.randrange(0, 3))]}
            if self.chance(0.7):
                cell["prompt_number"] = self.random.randrange(1, 90)
            if self.chance(0.2):
                del cell["collapsed"]
            return cell
        cell = {"cell_type": kind, "metadata": self.pick(METADATA), "source": self.lines(False)}
        if kind == "heading":
            cell["level"] = self.random.randrange(1, 7)
        return cell

    def notebook(self):
        metadata = self.pick([{}, {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}, {"hunting": {"id": "a", "title": "b"}}, {"x": 1, "a": [None]},
                              {"kernelspec": {"name": "python3"}}, {"title": 1}, {"signature": "sha256:0", "name": "n", "y": "\u00fc"}, {"orig_nbformat": 3}])
        if self.chance(0.35):
            worksheets = [{"cells": [self.cell3() for _ in range(self.random.randrange(0, 4))], "metadata": {}} for _ in range(self.pick([1, 1, 1, 0, 2]))]
            return {"metadata": {"name": "", **metadata}, "nbformat": 3, "nbformat_minor": 0, "worksheets": worksheets}
        minor = self.pick([0, 1, 2, 3, 4, 4, 4, 5, 5, 5])
        return {"metadata": metadata, "nbformat": 4, "nbformat_minor": minor, "cells": [self.cell(minor) for _ in range(self.random.randrange(0, 5))]}


def told(notebook):
    text = json.dumps(notebook, indent=1, ensure_ascii=random.random() < 0.5)
    try:
        upgraded = nbformat.reads(text, as_version=4)
        upgraded["nbformat_minor"] = 5
        for number, cell in enumerate(upgraded.cells):
            cell.setdefault("id", f"c{number}")
        try:
            nbformat.validate(upgraded, relax_add_props=False)
        except nbformat.ValidationError:
            return {"ipynb": text, "upgraded": None}
        written = json.loads(nbformat.writes(upgraded))
        for cell in written["cells"]:
            cell["id"] = ""
        return {"ipynb": text, "upgraded": written}
    except Exception as error:
        return {"ipynb": text, "error": f"{type(error).__name__}: {error}"[:300]}


def main():
    warnings.simplefilter("ignore")
    logging.disable()
    asked = json.load(sys.stdin)
    random.seed(asked["seed"])
    maker = Maker(asked["seed"])
    json.dump([told(maker.notebook()) for _ in range(asked["count"])], sys.stdout)


main()
