"""Whether feeds are Atom as feedparser reads it, and as RFC 4287 asks.

In: [the text of a feed]. Out, in the same order: a list of what is wrong with it.
"""

import json
import re
import sys
from urllib.parse import urlsplit

import feedparser

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def wrong(text):
    feed = feedparser.parse(text.encode("utf-8"))
    if feed.bozo:
        yield f"not well formed: {feed.bozo_exception}"
    if feed.version != "atom10":
        yield f"version {feed.version!r}"
    about = feed.feed
    yield from of(about, "feed")
    if not any(link.rel == "self" for link in about.get("links", [])):
        yield "feed: no link to itself"
    ids = [entry.get("id") for entry in feed.entries]
    if len(set(ids)) != len(ids):
        yield "two entries of one id"
    for entry in feed.entries:
        name = entry.get("title", "entry")
        yield from of(entry, name)
        if not entry.get("authors") or any(not author.get("name") for author in entry.authors):
            yield f"{name}: no author"
        if not (entry.get("content") or any(link.rel == "alternate" for link in entry.get("links", []))):
            yield f"{name}: neither content nor an alternate"
        if entry.get("updated_parsed") and about.get("updated_parsed") and entry.updated_parsed > about.updated_parsed:
            yield f"{name}: newer than its feed"


def of(one, name):
    for key in ("id", "title", "updated"):
        if not one.get(key):
            yield f"{name}: no {key}"
    if not urlsplit(one.get("id", "")).scheme:
        yield f"{name}: its id is no IRI"
    if not MOMENT.match(one.get("updated", "")):
        yield f"{name}: updated is {one.get('updated')!r}"
    for link in one.get("links", []):
        if urlsplit(link.get("href", "")).scheme not in ("http", "https"):
            yield f"{name}: the link {link.get('href')!r} leads nowhere"


json.dump([list(wrong(text)) for text in json.load(sys.stdin)], sys.stdout)
