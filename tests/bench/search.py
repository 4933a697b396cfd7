"""Measures searches at several sizes, beside SQLite's FTS5 in its best form and ripgrep.

Ours is measured three ways: over HTTP with everything that a page shows, in process (the best twenty and how many there
are), and as raw tantivy does the same on the same index. Every round asks everybody once, in turn; the table has the
medians of the rounds, and ratios within the rounds.
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from bench import CACHE, Server, Table, generated, git, percentile, queries, timed

# Words that are their own stems and no names of ATT&CK, so that everybody looks for the same.
WORDS = ["lsass", "token", "network", "login", "driver", "cloud", "dump", "svchost"]
PAIRS = list(zip(WORDS, WORDS[1:] + WORDS[:1]))
KINDS = {
    "word": [(f'"{word}"', word) for word in WORDS],
    "both words": [(f'"{one}" "{two}"', f"{one} AND {two}") for one, two in PAIRS],
    "either word": [(f'"{one}" OR "{two}"', f"{one} OR {two}") for one, two in PAIRS],
}
SUGGESTED = ["ker", "technique:T10", "mimi", "pow", "tactic:c", "data:pro", "a", "scheduled ta", "T1003"]


def texts(repository):
    """Every notebook at the tip: its path, and its text."""
    listing = git(repository, "ls-tree", "-r", "-z", "main").split(b"\0")
    files = [line.split(b"\t") for line in listing if line.endswith(b".md")]
    blobs = [head.split()[2] for head, _ in files]
    child = subprocess.Popen(["git", "-C", str(repository), "cat-file", "--batch", "--buffer"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    threading.Thread(target=lambda: (child.stdin.write(b"\n".join(blobs) + b"\n"), child.stdin.close()),
                     daemon=True).start()
    for _, path in files:
        size = int(child.stdout.readline().split()[2])
        yield path.decode(), child.stdout.read(size).decode("utf-8", "replace")
        child.stdout.read(1)


def fts5(repository, count):
    """The notebooks in SQLite's full-text index, stemmed; made once."""
    path = CACHE / f"fts5-{count}.db"
    if not path.exists():
        unfinished = CACHE / f"unfinished-fts5-{count}.db"
        unfinished.unlink(missing_ok=True)
        database = sqlite3.connect(unfinished)
        database.execute("CREATE VIRTUAL TABLE hunts USING fts5(title, body, tokenize='porter unicode61')")
        title = re.compile(r"^  title: (.*)$", re.M)
        database.executemany("INSERT INTO hunts VALUES (?, ?)", (
            ((title.search(text) or ["", ""])[1], text) for _, text in texts(repository)))
        database.execute("INSERT INTO hunts(hunts) VALUES ('optimize')")
        database.commit()
        database.close()
        unfinished.rename(path)
    return sqlite3.connect(path)


def checkout(repository, count):
    """The notebooks as files, for ripgrep; made once."""
    folder = CACHE / f"checkout-{count}"
    if not folder.exists():
        unfinished = CACHE / f"unfinished-checkout-{count}"
        shutil.rmtree(unfinished, ignore_errors=True)
        for path, text in texts(repository):
            file = unfinished / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        unfinished.rename(folder)
    return folder


BEST = "SELECT hunts.title FROM (SELECT rowid AS at FROM hunts WHERE hunts MATCH ? ORDER BY rank LIMIT 20) JOIN hunts ON hunts.rowid = at"


def measure(arguments, count, rounds):
    origin = generated(count)
    database, files = fts5(origin, count), checkout(origin, count)
    ripgrep = shutil.which("rg")
    table = Table()

    def note(what, value, unit="ms", beside=None):
        table.note(f"{what}, {unit}", value, beside and f"{beside}, µs")

    with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
        data = os.path.join(folder, "data")
        os.mkdir(data)
        server = Server(os.path.abspath(arguments.program), data, [origin])
        server.start()
        asked = queries(400)
        for number in range(rounds):
            for query in asked[:40]:
                server.ask("GET", f"/api/v1/procedures?{query}")
            times = [timed(lambda: server.ask("GET", f"/api/v1/procedures?{query}")) * 1000 for query in asked]
            note("search with facets over HTTP, median", statistics.median(times))
            note("search with facets over HTTP, p99", percentile(times, 0.99))
            times = [timed(lambda: server.ask("GET", f"/api/v1/suggest?q={word.replace(' ', '+')}")) * 1000
                     for word in SUGGESTED for _ in range(10)]
            note("suggestions over HTTP, median", statistics.median(times))
            note("suggestions over HTTP, p99", percentile(times, 0.99))
            times = [timed(lambda: server.ask("GET", "/api/v1/matrix")) * 1000 for _ in range(20)]
            note("matrix over HTTP, median", statistics.median(times))
            lines = Path(f"/proc/{server.child.pid}/status").read_text().splitlines()
            size = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmRSS", "RssAnon"))}
            note("resident memory", size["VmRSS"], "MB")
            note("  of it not files of the index", size["RssAnon"], "MB")
            told = json.loads(subprocess.run(
                [os.path.abspath(arguments.searches), data, str(origin)], input=json.dumps(
                    {kind: [ours for ours, _ in asked] for kind, asked in KINDS.items()}),
                check=True, capture_output=True, text=True).stdout)
            for kind, asked_for in KINDS.items():
                own = f"{kind}, in process"
                note(own, statistics.median(told[kind]["ours"]), "µs")
                note(f"  raw tantivy, {kind}", statistics.median(told[kind]["tantivy"]), "µs", own)
                theirs = []
                for _, match in asked_for:
                    database.execute(BEST, (match,)).fetchall()
                    theirs += [timed(lambda: database.execute(BEST, (match,)).fetchall()) * 1e6 for _ in range(3)]
                note(f"  SQLite FTS5, {kind}", statistics.median(theirs), "µs", own)
                if ripgrep and kind != "both words":
                    greps = [timed(lambda: subprocess.run(
                        [ripgrep, "-il", "-e", match.replace(" OR ", "|"), files], stdout=subprocess.DEVNULL)) * 1e6
                        for _, match in asked_for[:3]]
                    note(f"  ripgrep, {kind}", statistics.median(greps), "µs", own)
            print(f"{count}: round {number + 1} of {rounds} done", file=sys.stderr)
        server.stop()

    print(f"\n{count} notebooks, {rounds} rounds: median (least to most)")
    table.show()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--searches", required=True)
    arguments.add_argument("--counts", default="1000,10000,100000")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments = arguments.parse_args()
    for count in arguments.counts.split(","):
        measure(arguments, int(count), arguments.rounds)


main()
