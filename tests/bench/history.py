"""Measures what tells of the past, history, blame and comparison, beside git, whose graph of commits knows changed paths.

On every hunt of the Threat Hunter Playbook, and on one notebook with 50 revisions among 500 commits. Each round starts on
a new data folder, so that the first blame of a file is the first; ours and git's in turn, so that a slow moment of the
machine falls on both. The table has the medians over all files and rounds and, where there is something to compare with,
the ratio. git's times hold the start of its process, ours an HTTP request.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from bench import CACHE, Server, Table, git, timed

PAST = "jupytext:\n  notebook_metadata_filter: hunting\n  text_representation: {extension: .md, format_name: myst}\n"


def with_graph(path):
    """What git itself offers to be quick: a graph of commits with filters of the paths that each changed."""
    git(path, "gc", "--quiet")
    git(path, "commit-graph", "write", "--reachable", "--changed-paths")
    return path


def made(name, make):
    """A repository in the cache, made once."""
    path = CACHE / name
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = CACHE / f"unfinished-{name}"
        shutil.rmtree(unfinished, ignore_errors=True)
        make(unfinished)
        with_graph(unfinished)
        unfinished.rename(path)
    return path


def playbook(path):
    bundle = Path(os.environ["HUNTSHELF_CORPUS"]) / "threathunter-playbook.bundle"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(path)], check=True)


def fifty(path):
    """One notebook of 60 cells that 50 commits changed, a few lines each, among 500 that changed others beside it."""
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(path)], check=True)
    R = random.Random(50)

    def notebook(id, cells):
        front = f"---\n{PAST}kernelspec: {{name: python3, display_name: Python 3}}\nhunting:\n  id: {id}\n  title: Hunt {id}\n---\n"
        return front + "".join(cells)

    def cell(number):
        if number % 3:
            lines = "\n".join(f"value_{number}_{line} = {R.randrange(1000)}" for line in range(8))
            return f"\n```{{code-cell}} python\n:tags: [part-{number}]\n\n{lines}\n```\n"
        return f"\n## Part {number}\n\n" + "\n".join(f"What part {number} says in line {line}." for line in range(6)) + "\n"

    cells = {id: [cell(number) for number in range(60)] for id in ["fifty"] + [f"other-{n}" for n in range(20)]}
    stream = []
    for number in range(500):
        id = "fifty" if number % 10 == 0 else f"other-{R.randrange(20)}"
        at = R.randrange(60)
        lines = cells[id][at].split("\n")
        lines[R.randrange(4, len(lines) - 2)] += f" {number}"
        cells[id][at] = "\n".join(lines)
        text = notebook(id, cells[id]).encode()
        who = f"Hunter <hunter@example.com> {1_600_000_000 + number * 3600} +0000"
        parent = "from refs/heads/main^0\n" if number else ""
        stream.append(f"commit refs/heads/main\ncommitter {who}\ndata 8\nChange {number % 10}\n{parent if stream else ''}".encode())
        stream.append(f"M 100644 inline hunts/{id}.md\ndata {len(text)}\n".encode() + text + b"\n")
    git(path, "fast-import", "--quiet", input=b"".join(stream))


def measure(program, repository, standing, of, note):
    """`of` is what the rows are about; `note` takes them."""
    with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
        server = Server(program, folder, [repository])
        server.start()
        items = server.json("GET", f"/api/v1/procedures?limit=100&standing={standing}")["items"]
        if of == "fifty":
            items = [item for item in items if item["id"] == "fifty"]
        for item in items:
            path, id = item["path"], quote(item["id"], safe="")
            address = f"/api/v1/procedures/{id}"

            def ours(what, path):
                note(f"{of}: {what}, ms", timed(lambda: server.ask("GET", path)) * 1000)

            def gits(what, beside, *arguments):
                seconds = timed(lambda: git(repository, *arguments))
                note(f"  {what}, ms", seconds * 1000, beside=f"{of}: {beside}, ms", key=f"{of} {what}")

            # The first request of a procedure would pay for what has nothing to do with its past.
            server.ask("GET", f"{address}/source")
            ours("history", f"{address}/history?limit=500")
            gits("git log --follow", "history", "log", "--follow", "--format=%H %an %aI %s", "main", "--", path)
            ours("history page", f"/procedures/{id}/history")
            ours("blame, first", f"{address}/blame?lines=true")
            gits("git blame", "blame, first", "blame", "--porcelain", "main", "--", path)
            ours("blame, again", f"{address}/blame?lines=true")
            ours("blame page, first", f"/procedures/{id}/blame")
            ours("blame page, again", f"/procedures/{id}/blame")
            revisions = server.json("GET", f"{address}/history?limit=500")["revisions"]
            note(f"{of}: revisions", len(revisions))
            if len(revisions) > 1:
                newer, older = revisions[0], revisions[1]
                ours("comparison of the last two", f"{address}/diff?from={older['commit']}&to={newer['commit']}")
                gits("git diff", "comparison of the last two", "diff",
                     f"{older['commit']}:{older['path']}", f"{newer['commit']}:{newer['path']}")
        server.stop()


class PerRound:
    """A table of which one round has many values: their median is the round's."""

    def __init__(self):
        self.table, self.values = Table(), {}

    def note(self, what, value, beside=None, key=None):
        self.values.setdefault(key or what, (what, beside, key, []))[3].append(value)

    def end(self):
        for what, beside, key, values in self.values.values():
            self.table.note(what, statistics.median(values), beside=beside, key=key)
        self.values.clear()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments = arguments.parse_args()
    program = os.path.abspath(arguments.program)
    rows = PerRound()
    for number in range(arguments.rounds):
        measure(program, made("playbook.git", playbook), "good", "Playbook", rows.note)
        measure(program, made("fifty.git", fifty), "good", "fifty", rows.note)
        rows.end()
        print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)
    print(f"medians over all files, {arguments.rounds} rounds: median (least to most)")
    rows.table.show()


if __name__ == "__main__":
    main()
