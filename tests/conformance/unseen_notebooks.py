"""MyST notebooks that nobody has seen, and what jupytext reads in them.

In: {"seed", "count"}. Out: [{"text", "metadata", "cells"} or {"text", "error"}]. The same seed makes the same texts.
With "written": true they are notebooks: [{"ipynb", "myst", "kept"}], with the MyST that jupytext writes and whether it
reads the same cells from it.
Values that JSON has no type for are told as {"__odd__": "date" | "number"}: we keep the text that they were written as.

The texts are made of pieces in which readers of markdown and YAML have been wrong before: fences in everything that
can hold them, both kinds of options, block breaks, HTML, lazy lines, tabs, ends of lines of every kind, and YAML 1.1.
"""

import datetime
import json
import logging
import math
import random
import sys
import warnings

import jupytext
import nbformat
import yaml

LINE_ENDS = ["\n"] * 60 + ["\r\n", "\r", "\n\n", "\n\n\n"]
ODD_CHARACTERS = ["\u0085", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\xa0", "\ufeff", "\u3000",
                  "\x00", "\x7f", "\u200b", "\U0001f50e", "\u00fc", "\u00b2"]
WORDS = ["text", "a", "*b*", "`c`", "x = 1", "<b>", "|", "a | b", "[r]", "[r]: /u", "\\", "&amp;", "{code-cell}", "$x$", ":k: v",
         "1", "-", "+", "#", "T1059.001", "---", "'q'", '"d"', "(", ")=", "```", "``", "~~~", "{note}", "]", "<!--", "-->", "%"]
INDENTS = ["", "", "", "", "", "", " ", "  ", "   ", "    ", "     ", "\t", " \t", "  \t", "\t\t"]
CONTAINERS = ["> ", ">", "- ", "* ", "+ ", "1. ", "1) ", "2. ", "10. ", "  ", "   ", "    ", ">\t", "-\t", "-   ", "-     ", "1.  ", " > "]
LINES = ["", "", "", " ", "\t", "text", "more text", "Title", "===", "---", "- - -", "***", "___", "+++", "+ + +", "++++", "+++ ", "++ +",
         '+++ {"tags": ["remove_cell"]}', '+++ {"a": 1.0, "b": [null, true], "c": {"d": "\\u00fc"}}', "+++ {}", "+++ {", "+++ []", "+++ null",
         '+++{"x":1}', '+++ {"tags": []}', "+++ NaN", '+++ {"a": NaN}', '+++ {"a": 1, "a": 2}', '+++ {"n": 1e400}', "+++ {'a': 1}",
         "# h", "## h ##", "#", "#h", "####### h", "| a | b |", "|---|---|", "|--|", "| :-: | --- |", "a | b", "- | -", "--- | ---", "|-|",
         "```", "````", "~~~", "~~~~", "``` ", "```{code-cell}", "```{code-cell} ipython3", "```{raw-cell}", "~~~{code-cell}", "````{code-cell}",
         "``` {code-cell}", "```{code-cell", "```{code-cell}x", "```{raw-cell} x", "~~~{raw-cell}`", "```{code-cell} `x`", "```{note}",
         "```python", ":::{note}", ":::", "::::{tab-set}", "> q", ">", ">q", "> ```{code-cell}", "> > q", "- a", "-", "*", "1. a", "1.", "2) b",
         "1234567890. a", "01. a", "-1. a", "- ```{code-cell}", "  ```", "   ```{code-cell}", "    ```{code-cell}", "\t```{code-cell}",
         "<div>", "</div>", "<!-- c", "<!-- c -->", "-->", "<?php", "?>", "<!X", ">", "<![CDATA[", "]]>", "<script>", "</script>", "<pre>",
         "<style>x</style>", "<span>", "<a href='x'>", "</a>", "<x-y z>", "<div", "<table><tr>", "<hr/>", "<textarea>", "<h1>",
         "[r]: /url", "[r]: /url 'title'", "[r]:", "/url", "'title", "title'", "[r]: <u v> \"t\"", "[r\\]]: /u", "[r", "r]: /u", "[^1]: note",
         "[r]: javascript:x", "[r]: /u (t", "t)", "[r]: /u 't' x", "(target)=", "(t)= x", " (t)=", "()=", "% comment", "%", "%%magic", "% a % b",
         ":tags: [a]", ":key: value", "---", "tags: [a]", "...", "key: value", "$$", "\\[", "term\n: definition", "text  ", "text\\",
         "{code-cell}", "jupyter:", "jupytext:", "&", "hunting:", "!x", "coding: utf-8", "# coding: latin-1"]
INFOS = ["{code-cell}", "{code-cell} ipython3", "{code-cell} python", "{code-cell}ipython3", "{code-cell}\tx", "{raw-cell}", "{raw-cell} x",
         "{code-cell} ipython3 ", " {code-cell}", "{code}", "{code-cell} a b", "{CODE-CELL}", "{code-cell}{x}", "python", "{note}", "",
         "{code-cell} \\*x", "{code-cell} &amp;", "{raw-cell}{code-cell}"]
SCALARS = ["text", "two words", "", "yes", "No", "ON", "off", "true", "y", "n", "null", "~", "Null", "1", "0", "-1", "+1", "0123", "0o17", "089", "000145483",
           "0x1F", "0b101", "1_000", "_1", "1.5", "1.", ".5", "-.5", "+.5", "1e3", "1.5e3", "1.5e+3", "1.0e-10", "1e+3", ".inf", "-.INF", ".nan", "12:30:45", "1:20",
           "190:20:30.15", "99:99", "2026-11-24", "2026-1-2", "2026-11-24T10:00:00Z", "2026-11-24 10:00:00", "2026-11-24 10:00:00.5 +01:00",
           "2026-13-45", "20261124", "'quoted'", '"double"', "'it''s'", '"\\n\\t\\x41\\u00fc"', '"\\q"', "'a: b'", "a:b", "a: b", "a #b", "a#b", "#c",
           "[a, b]", "[a, [b, c], {d: e}]", "{a: 1, b: [x]}", "{a, b}", "[a: b]", "[a, b,]", "[]", "{}", "[,]", "{a: }", "[~]", "[1, yes, 0123]",
           "[a, b\n  , c]", "[T1003, T1059.001]", "*a", "&a b", "!x y", "!!str 1", "@x", "`x`", "%x", "|x", "-", "- a", "?", "? x", ":", ":x",
           "<<", "=", "a\tb", "\ta", "a\t", "'a\tb'", "\u00fc\u2013\U0001f50e", "a\u0085b", "'a\u2028b'", "a\xa0b", "https://example.com/a#b",
           "C:\\temp", "a, b", "]", "}", "a]b", "--- x", "...", "%TAG", "5 # c", "'multi\n  line'", "plain\n  multi\n\n  line", '"a \\\n   b"', "1.2.3", "+", "-.", ".",
           "1__0", "0_", "0x_", "0b2", "1e", "12e03", "-0", "-0.0", "0.0", "123456789012345678901234567890", "1e400", "1.0e+400", "-9223372036854775809",
           "18446744073709551615", "0.1", "1.10", "1,000", "$x", "a'b", 'a"b', "'a' b", "'a' # c", "\"a\":b", "a - b", "x: y: z", "key:", "[a]: b",
           "|\n  lit\n   more\n\n  end", ">\n  fold\n  ed\n\n  par\n    ind\n  x", "|-\n  strip\n\n", "|+\n  keep\n\n", ">-\n  a\n  b", "|2\n   a\n  b",
           ">1\n  a", "|\n", "|\n\n  a", "|+\n", ">+\n  a\n\n\n", "| # c\n  a", "|x\n  a", ">\n\n\n  a\n  # no comment", "|1-\n  x", "|-2\n   x", "|9\n x",
           "|\n   a\n  b", "|\n\ta", ">\n  a\n \n  b\n\t\n  c"]
KEYS = ["hunting", "title", "id", "a", "b", "c", "description", "tags", "authors", "kernelspec", "jupytext", "language_info", "jupyter", "name",
        "display_name", "yes", "1", "null", "2026-01-01", "'q'", '"d"', "a b", "a.b", "a-b", "\u00fc", "? x", "orphan", "tocdepth", "x/y", "@z", "~",
        "1.5", "<<", "=", "[a]", "{a}", "a#b", "a #b", "'a: b'", "-", "- a", "''", "\"\\u0041\"", "key ", "a:b", "main_language", "encoding",
        "jupytext_formats", "nbrmd_formats", "jupytext_format_version", "format", "collapsed", "scrolled", "execution", "slideshow", "orig_nbformat"]


def reads_as_yaml(text):
    try:
        value = yaml.safe_load(text)
    except Exception:
        return False
    return isinstance(value, dict) and all(inner is not None for inner in value.values()) and all(isinstance(key, str) for key in value)


def reads_as_break(line):
    try:
        return not line.startswith("+++") or isinstance(json.loads(line.lstrip("+").strip() or "{}"), dict)
    except ValueError:
        return False


FAIR_SCALARS = [scalar for scalar in SCALARS if reads_as_yaml(f"a: {scalar}\nb: c\n")]
FAIR_KEYS = [key for key in KEYS if reads_as_yaml(f"{key}: x\n") and key not in ("kernelspec", "jupytext", "language_info", "jupyter", "execution", "collapsed", "scrolled")]
FAIR_LINES = [line for line in LINES if reads_as_break(line) and "coding" not in line]


class Maker:
    """Texts from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pick = self.random.choice
        # Whether this text may hold what jupytext cannot open: most of the texts should be ones that it can.
        self.wild = False

    def chance(self, share):
        return self.random.random() < share

    def fair(self, fair, all):
        return self.pick(all if self.wild and self.chance(0.4) else fair)

    def text(self):
        self.wild = self.chance(0.3)
        head = self.head()
        kind = self.random.randrange(4)
        if kind == 0:
            body = self.soup()
        elif kind == 1:
            body = "".join(self.piece() for _ in range(self.random.randrange(1, 7)))
        elif kind == 2:
            body = "".join(self.pick([self.piece, self.soup, self.contained])() for _ in range(self.random.randrange(1, 5)))
        else:
            body = "".join(self.contained() for _ in range(self.random.randrange(1, 4)))
        text = head + body
        if self.chance(0.03):
            text = text.replace("\n", self.pick(["\r\n", "\r"]))
        if self.chance(0.3 if self.wild else 0.02) and text:
            at = self.random.randrange(len(text))
            text = text[:at] + self.pick(ODD_CHARACTERS) + text[at:]
        if self.wild and self.chance(0.3) and text:
            at = self.random.randrange(len(text))
            text = text[:at] + text[at + self.random.randrange(1, 4):]
        if self.chance(0.2):
            text = text.rstrip("\n")
        return text

    def soup(self):
        return "".join(self.line() for _ in range(self.random.randrange(1, 14)))

    def line(self):
        if self.chance(0.15):
            line = " ".join(self.pick(WORDS) for _ in range(self.random.randrange(1, 5)))
        else:
            line = self.fair(FAIR_LINES, LINES)
        if self.chance(0.2):
            line = self.pick(INDENTS) + line
        if self.chance(0.12):
            line = "".join(self.pick(CONTAINERS) for _ in range(self.random.randrange(1, 4))) + line
        if self.chance(0.01):
            line += self.pick(ODD_CHARACTERS) + self.pick(WORDS)
        return line + self.pick(LINE_ENDS)

    def contained(self):
        """A piece within a list, a quote or both, with a line or two that may have lost its marker."""
        first = self.pick(CONTAINERS)
        rest = self.pick([first, " " * len(first), "", "  ", first.replace("-", " ").replace("1.", "  ")])
        lines = self.pick([self.piece, self.soup])().split("\n")
        out = []
        for at, line in enumerate(lines):
            marker = first if at == 0 else rest
            if at and self.chance(0.08):
                marker = ""
            out.append(marker + line if line or self.chance(0.5) else "")
        return "\n".join(out) + self.pick(["\n", "\n\n", ""])

    def piece(self):
        return self.pick([self.fence, self.fence, self.fence, self.markdown, self.block_break, self.html])()

    def markdown(self):
        return self.pick(["# Title\n\n", "Some *prose*\nin two lines.\n\n", "- a\n- b\n\n  c\n", "> quote\nlazy\n", "| a | b |\n|---|---|\n| 1 | 2 |\n",
                          "\n\n\n", "text", "    code\n\n    more\n", "1. a\n   - b\n\n     c\n2. d\n", "[r]: /u\n'a title\nof two lines'\n", "Setext\n---\n",
                          "term\n: def\n", "* * *\n", "text \n \n", "(t)=\n## T\n", "% c\n% d\n"])

    def block_break(self):
        return self.pick(["+++\n", "\n+++\n\n", "+++ {}\n", '+++ {"tags": ["remove_cell"]}\n\n', '++++ {"a": {"b": [1, 2.50, "x"]}}\n', " +++\n", "+++ x\n"] if self.wild else [
                          "+++\n", '+++ {"tags": ["a"]}\n', '+++ {"a": 12345678901234567890123}\n', '+++\t{"a":\t1}\n', '+++ {"tags": "a"}\n', '+++ {"tags": ["a", "a"]}\n', '+++ {"name": ""}\n'][:self.pick([4, 4, 4, 7])])

    def html(self):
        inner = self.pick(["```{code-cell}\nx\n```\n", "text\n", "\n```{code-cell}\ny\n```\n", "+++\n", ""])
        opening, closing = self.pick([("<div>\n", "</div>\n"), ("<!--\n", "-->\n"), ("<script>\n", "</script>\n"), ("<details>\n<summary>s</summary>\n\n", "\n</details>\n"),
                                      ("<pre>\n", "</pre>\n"), ("<?x\n", "?>\n"), ("<![CDATA[\n", "]]>\n"), ("<x>\n", "</x>\n"), ("<b>\n", "</b>\n"), ("text <div>\n", "</div>\n"),
                                      ("<!X\n", ">\n"), ("<style>", "</style>\n")])
        return opening + inner + (closing if self.chance(0.85) else "")

    def fence(self):
        marker = self.pick("```~") * self.random.choice([3, 3, 3, 3, 4, 5, 2])
        indent = self.pick(["", "", "", "", "", " ", "  ", "   ", "    ", "\t"])
        inner = self.pick([indent, indent, indent, "", indent + " "])
        body = self.options() + self.body()
        lines = body.split("\n")
        closing = self.pick([marker, marker, marker, marker, marker, marker + marker[0], marker + "  ", " " + marker, "   " + marker, marker[1:], "~~~", "```", ""])
        return (indent + marker + self.pick(INFOS[:8] if self.chance(0.8) else INFOS) + "\n"
                + "\n".join(inner + line if line else line for line in lines)
                + (indent + closing + "\n" if closing else "") + self.pick(["", "\n"]))

    def body(self):
        return self.pick(["x = 1\n", "", "\n", "\n\n", "\nx\n", "%%taegis\nFROM process\n", "```\nx\n```\n", "a\n\n\nb\n\n", ":x: 1\n", "---\nx\n", " x\n  y\n", "~~~\nx\n",
                          "# c\n\n+++\n", "\t\tx\n", "   \nx\n", "x\x0cy\n", "x\u2028y\n", "x \\\n", "{{ EARLIEST }}\n", ">\n", "\ufeffx\n", "x\xa0\n\xa0\n"])

    def options(self):
        kind = self.random.randrange(6)
        if kind < 2:
            return ""
        if kind < 4:
            lines = [":" + self.pair(short=True) for _ in range(self.random.randrange(1, 4))]
            if self.chance(0.1):
                lines[-1] = self.pick(INDENTS) + lines[-1]
            return "".join(line + "\n" for line in lines) + self.pick(["\n", "", "\n\n", " \n"])
        if kind == 4:
            return self.pick([":tags: [parameters]\n\n", ":tags: [remove_cell, x]\n", "---\ntags: [a]\n---\n", ":tags: a\n", ":name: n\n", ":tags: [a, a]\n", ":\n", "::\n",
                              ":tags:\n", ":tags:\n:  - a\n:  - b\n", ":tags: [a,\n:  b]\n", ":a: |\n:  x\n:  y\n", ":tags: ['a,b']\n", ":collapsed: x\n", ":tags: []\n\n"][:self.pick([3, 14])])
        return (self.pick(["---\n", "---\n", "----\n", "--- x\n"]) + self.mapping(1) + self.pick(["---\n", "---\n", "---\n", "----\n", "--- \n", "---x\n", "", " ---\n", "...\n"])
                + self.pick(["", "", "\n"]))

    def pair(self, short=False):
        scalar = self.fair(FAIR_SCALARS, SCALARS)
        if short:
            scalar = scalar.replace("\n", "\n:")
        return f"{self.fair(FAIR_KEYS, KEYS)}:{self.fair([' ', ' ', ' ', '  '], ['', chr(9)])}{scalar}"

    def mapping(self, depth, indent=""):
        out = ""
        for _ in range(self.random.randrange(1, 5)):
            kind = self.random.randrange(10)
            if depth and kind == 0:
                out += f"{indent}{self.fair(FAIR_KEYS, KEYS)}:\n" + self.mapping(depth - 1, indent + self.pick(["  ", " ", "    "]))
            elif depth and kind == 1:
                step = self.pick(["", "  ", " "])
                out += f"{indent}{self.fair(FAIR_KEYS, KEYS)}:\n" + "".join(f"{indent}{step}-{self.pick([' ', ' ', '   '])}{self.fair(FAIR_SCALARS, SCALARS)}\n" for _ in range(2))
            elif depth and kind == 2:
                out += f"{indent}{self.fair(FAIR_KEYS, KEYS)}:\n{indent}- a: {self.fair(FAIR_SCALARS, SCALARS)}\n{indent}  b: {self.fair(FAIR_SCALARS, SCALARS)}\n{indent}- c\n"
            else:
                out += indent + self.pair().replace("\n", "\n" + indent) + "\n"
            if self.chance(0.1):
                out += self.fair(["\n", "# comment\n", indent + "# comment\n", "  \n", " # c\n"], ["\t\n", "%\n", "---\n", "...\n", "- a\n", "text\n"])
        return out

    def head(self):
        kind = self.random.randrange(14)
        if kind < 3:
            return self.fair(["", "", "\n", "text\n", " ---\na: 1\n---\n", "--\n", "\ufeff---\na: 1\n---\n"], ["---\n", "# coding: x\n", "<!-- -*- coding: latin-1 -*- -->\n", "#!x\n"])
        kernelspec = "kernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n"
        described = "jupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n    format_version: 0.13\n    jupytext_version: 1.16.4\n"
        if kind < 5:
            inner = described + kernelspec
        elif kind < 7:
            inner = described + kernelspec + self.mapping(2)
        elif kind == 7:
            inner = self.mapping(2) + described
        elif kind == 8:
            inner = "jupyter:\n" + "".join("  " + line + "\n" for line in (described + self.pick([kernelspec, ""]) + self.mapping(1)).rstrip("\n").split("\n")) + self.pick(["", self.mapping(1)])
        elif kind == 9:
            inner = self.settings() + self.pick(["", kernelspec]) + self.mapping(1)
        elif kind == 10:
            inner = self.hunting()
        else:
            inner = self.mapping(2)
        opening = self.fair(["---"] * 12 + ["--- "], ["----", "---\t", "---x", "--- # c"])
        closing = self.fair([opening] * 12 + ["---", "...", "--- "], ["----", "... ", "", " ---", "....", "---x", "...x"])
        return opening + "\n" + inner + closing + "\n" + self.pick(["", "\n"])

    def settings(self):
        """jupytext's own, and the older names of them."""
        filters = ["hunting", "all", "-all", "-hunting", "a,b", "-a,-b", "hunting,-a", "all,-a", "-", "", "a.b", "-hunting.id", "+a", "true", "false", "{additional: all}",
                   "{additional: [a], excluded: all}", "{excluded: [a, b]}", "[a]", "1", "'-all,a'", "title,-all", "a.b,-all"]
        lines = ["jupytext:"]
        for name in self.random.sample(["notebook_metadata_filter", "cell_metadata_filter", "root_level_metadata_filter", "root_level_metadata_as_raw_cell", "formats", "metadata_filter",
                                        "default_lexer", "main_language", "encoding", "text_representation", "comment_magics", "cell_markers", "rst2md", "x"], 3):
            if name == "metadata_filter":
                lines.append(f"  metadata_filter:\n    {self.pick(['notebook', 'cells'])}: {self.pick(['hunting', '-all', '{additional: [a], excluded: all}', '{excluded: [a]}'])}")
            elif name == "text_representation":
                lines.append(f"  text_representation: {self.pick(['{extension: .md, format_name: myst}', '{format_name: myst, jupytext_version: 1.16}', '{}', '{extension: .py, format_name: myst}'])}")
            elif name == "formats":
                lines.append(f"  formats: {self.pick(['ipynb,md:myst', 'ipynb,myst', 'md:myst', 'ipynb,.myst.md:myst', 'notebooks//ipynb,md//md:myst', '[ipynb, md]', 'ipynb,py:percent', 'auto', 'x'])}")
            elif name.endswith("as_raw_cell"):
                lines.append(f"  {name}: {self.pick(['true', 'false', 'no', '0', 'x'])}")
            else:
                lines.append(f"  {name}: {self.pick(filters)}")
        return "\n".join(lines) + "\n" + self.pick(["", "hunting: {id: a, title: b}\n", "hunting:\n  id: 0123\n  d: 2026-01-01\n", "a: 1\nb: [x, {y: z}]\n", "tags: []\n", "tags: [a]\n"])

    def hunting(self):
        fields = [("title", ["A hunt", "' A hunt'", "\u00dcber: alles", "'x: y'", "Hunt #1", ">-\n    Folded\n    title"]), ("id", ["abc", "0123", "000145483", "WIN-190505151110", "1e3", "'07'"]),
                  ("description", ["Some", "|\n    Lines\n\n    more", "", '"a\\nb"', "a: b"]), ("attack_technique_ids", ["[T1053.001, T1053.002]", "[TXXXX.XXX]", "[]", "T1003", "\n  - T1003\n  - T1059"]),
                  ("data_sources", ["[auth, cloudaudit]", "[scwx.process]", "[a,\n    b]"]), ("tags", ["[azure]", "[ a , 'b' ]", "[1, yes]"]), ("created", ["2026-11-24", "'2026-11-24'"]), ("status", ["on", "draft"])]
        inner = "".join(f"  {key}: {self.pick(values)}\n".replace(": \n", ":\n") for key, values in self.random.sample(fields, self.random.randrange(1, 6)))
        return ("jupytext:\n  notebook_metadata_filter: hunting\n  text_representation: {extension: .md, format_name: myst, format_version: 0.13}\n" + "kernelspec: {name: k, display_name: K, language: python}\nhunting:\n" + inner)


    def notebook(self):
        """A notebook as Jupyter would have it, of cells that are hard to write as text."""
        cells = [self.cell() for _ in range(self.random.randrange(0, 6))]
        metadata = {}
        if self.chance(0.8):
            metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
        if self.chance(0.4):
            metadata["language_info"] = {"name": "python", "pygments_lexer": self.pick(["ipython3", "python"])}
        if self.chance(0.3):
            metadata["jupytext"] = self.pick([{"formats": "ipynb,md"}, {"formats": "ipynb,md:myst", "notebook_metadata_filter": "title"}, {"cell_metadata_filter": "tags,-all"},
                                              {"cell_metadata_filter": "all"}, {"notebook_metadata_filter": "-kernelspec"}, {"notebook_metadata_filter": "all,-language_info"},
                                              {"default_lexer": "ipython3", "notebook_metadata_filter": "-all"}, {"cell_metadata_filter": "-a"}])
        if self.chance(0.2):
            metadata["widgets"] = {"state": {}}
        return nbformat.v4.new_notebook(cells=cells, metadata=metadata)

    def cell(self):
        kind = self.pick(["markdown", "code", "code", "raw"])
        if kind == "markdown":
            source = self.pick(["# Title", "text", "", "a\n\nb", "\n\ntext", "text\n", "text  ", "- a\n- b", "```python\nx\n```", "```\nopen", "<div>\n\ntext", "<!-- open", "> q", "| a |\n|---|",
                                "+++", "a\n+++\nb", "---", "---\na: 1\n---", "```{code-cell}\nx\n```", "[r]: /u", "[r]: /u\n'", "    code", "\u00fc \U0001f50e", "a\u2028b", "% c", "(t)=", "text\n---",
                                "1. a", "- a\n\n  ```{code-cell}\n  x\n  ```", ":::{note}\ntext\n:::", "- ```\n  x", "> ```\n> x", "```{note}\n+++\n```", "~~~\nx\n~~~", "<pre>\n\nx\n</pre>"])
        else:
            source = self.pick(["x = 1", "", "%%taegis\nFROM process", "\nx", "\n\nx", "x\n", "x\n\n\n", " x", "\tx", ":x: 1", "::", "---\na: 1\n---", "---", "-- x", "```\nx\n```", "````\nx", "  ```\nx", "   ````\n",
                                "    ```\n    x", '"""\n```python\nx\n```\n"""', "~~~\nx\n~~~", "+++\n+++ {}", "# c\n\n\n# d", "x\u2028y", "x\x0cy", "   ", " \nx", "\u00fc = '\U0001f50e'", "x # \xa0", "\xa0\nx", "!ls\n",
                                "x = {\n  ':a': 1\n}", "  :x: 1", "\n:x: 1", "\n---\nx", "a\r\nb", "---\nhunting:\n  id: a\n---", "---\nb: '2'\n---"])
        metadata = self.pick([{}, {}, {}, {"tags": ["parameters"]}, {"tags": ["remove_cell", "b c"]}, {"tags": []}, {"slideshow": {"slide_type": "slide"}}, {"collapsed": True, "tags": ["a"]}, {"a": 1, "b": [1, 2.5, None]},
                              {"title": "0123", "yes": "no"}, {"name": "n", "x": "a: b"}, {"jupyter": {"source_hidden": True}}, {"tags": ["\u00fc"], "x": "y" * 100}, {"x": "a\nb"}, {"@x": 1}, {"x": [{"y": 1}]}, {"scrolled": True},
                              {"x": "y " * 60}, {"x": ["y" * 30] * 5}, {"lines_to_next_cell": 2}, {"x": True, "tags": ["1", "yes"]}, {"x": "", "y": "~"}, {"x": {}}, {"x": []}, {"x": 1e20, "y": -0.5, "z": 12345678901234567890}])
        if kind == "raw" and self.chance(0.3):
            metadata = {"format": "text/html"}
        new = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell, "raw": nbformat.v4.new_raw_cell}[kind]
        return new(source, metadata=json.loads(json.dumps(metadata)), id=f"c{self.random.randrange(10**9)}")


def plain(value):
    if isinstance(value, dict):
        # JSON's own names for keys that are no text: null, true, 1.
        return {key if isinstance(key, str) else json.dumps(key, default=str).strip('"'): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return {"__odd__": "date"}
    if isinstance(value, float) and not math.isfinite(value):
        return {"__odd__": "number"}
    if isinstance(value, int) and not isinstance(value, bool) and not -2**63 <= value < 2**64:
        return {"__odd__": "number"}
    if isinstance(value, (bytes, set)):
        return {"__odd__": "tag"}
    return value


def read(text):
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except BaseException as error:  # whatever it is, a user could not open the file
        return {"text": text, "error": f"{type(error).__name__}: {error}"[:300]}
    return {
        "text": text,
        "metadata": plain(notebook.metadata),
        "cells": [
            {"cell_type": cell.cell_type, "metadata": plain(cell.metadata), "source": cell.source} for cell in notebook.cells
        ],
    }


# What jupytext leaves out of cells on purpose.
STATE = ("autoscroll", "collapsed", "scrolled", "trusted", "execution", "ExecuteTime", "lines_to_next_cell")


def kept(cells):
    return [(cell.cell_type, cell.source, {key: value for key, value in cell.metadata.items() if key not in STATE and value != []}) for cell in cells]


def written(notebook):
    ipynb = nbformat.writes(notebook)
    # As it stands in the file: nbformat sorts the keys.
    notebook = nbformat.reads(ipynb, as_version=4)
    before = kept(notebook.cells)
    try:
        text = jupytext.writes(notebook, fmt="md:myst")
        after = kept(jupytext.reads(text, fmt="md:myst").cells)
    except Exception as error:
        return {"ipynb": ipynb, "error": f"{type(error).__name__}: {error}"[:300]}
    return {"ipynb": ipynb, "myst": text, "kept": before == after}


def main():
    warnings.simplefilter("ignore")
    logging.disable()
    asked = json.load(sys.stdin)
    maker = Maker(asked["seed"])
    if asked.get("written"):
        json.dump([written(maker.notebook()) for _ in range(asked["count"])], sys.stdout)
        return
    json.dump([read(maker.text()) for _ in range(asked["count"])], sys.stdout)


main()
