"""What a reader of markdown, as forges have it, makes of a comment.

In: {comment}. Out: {links: [href], images: n, html: [text], mentions: [text], opened: n, closed: n}; the last two count the
folds among the HTML.
"""

import json
import re
import sys

from markdown_it import MarkdownIt

# A sign that a forge makes a mention or a reference of, before a name or a number.
MENTION = re.compile(r"(?:^|(?<=\W))(?:[@#!$%~&^]|GH-)\w+")


def main():
    reader = MarkdownIt("gfm-like", {"html": True})
    reader.linkify.set({"fuzzy_link": False})
    told = {"links": [], "images": 0, "html": [], "mentions": []}

    def walk(tokens):
        for token in tokens:
            if token.type == "link_open":
                told["links"].append(token.attrs["href"])
            elif token.type == "image":
                told["images"] += 1
            elif token.type in ("html_block", "html_inline"):
                told["html"].append(token.content)
            elif token.type == "text":
                told["mentions"].extend(MENTION.findall(token.content))
            walk(token.children or [])

    walk(reader.parse(json.load(sys.stdin)["comment"]))
    told["opened"] = sum(text.count("<details>") for text in told["html"])
    told["closed"] = sum(text.count("</details>") for text in told["html"])
    json.dump(told, sys.stdout)


main()
