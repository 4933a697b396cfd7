"""Measures the comparison of notebooks beside nbdime, on pairs of real revisions of the Threat Hunter Playbook.

Twice: as programs (`huntshelf diff` and `nbdiff`, with their starts and their reading), and in one process each, where only
comparing counts. Ours and theirs in turn, pair by pair or round by round. The rows are sums over all pairs; the ratio is of
the sums of a round.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import TESTS, Table, git, timed
from history import made, playbook

PYTHON = sys.executable


def pairs(program, repository, folder, count):
    """Files with the two sides of commits that changed a notebook; how many there are."""
    log = git(repository, "log", "--format=", "--raw", "--no-abbrev", "-M", "main", "--", "*.md").decode()
    changed = set()
    for line in log.splitlines():
        facts = line.split("\t")[0].split(" ")
        if facts[4][0] in "MR" and facts[2] != facts[3]:
            changed.add((facts[2], facts[3]))
    found = 0
    for pair in sorted(changed):
        sides = [git(repository, "cat-file", "blob", blob) for blob in pair]
        if not all(b"{code-cell}" in side for side in sides):
            continue
        for side, text in zip(("old", "new"), sides):
            done = subprocess.run([program, "convert", "--to", "ipynb"], input=text, capture_output=True, check=True)
            (folder / f"{found}.{side}.ipynb").write_bytes(done.stdout)
        found += 1
        if found == count:
            break
    return found


def as_programs(program, folder, count, note):
    nbdiff = Path(PYTHON).with_name("nbdiff")
    ours = theirs = 0.0
    for number in range(count):
        files = [str(folder / f"{number}.{side}.ipynb") for side in ("old", "new")]
        ours += timed(lambda: subprocess.run([program, "diff", *files], capture_output=True))
        theirs += timed(lambda: subprocess.run([nbdiff, "--no-color", *files], capture_output=True))
    note("huntshelf diff, all pairs, ms", ours * 1000)
    note("  nbdiff, all pairs, ms", theirs * 1000, beside="huntshelf diff, all pairs, ms")


def in_process(comparing, folder, count, note):
    ours = json.loads(subprocess.run([comparing, str(folder)], capture_output=True, check=True).stdout)
    assert len(ours) == count
    asked = [{"old": (folder / f"{number}.old.ipynb").read_text(), "new": (folder / f"{number}.new.ipynb").read_text()}
             for number in range(count)]
    script = TESTS / "conformance" / "nbdime_cells.py"
    answer = subprocess.run([PYTHON, script], input=json.dumps(asked).encode(), capture_output=True, check=True).stdout
    theirs = [pair["seconds"] for pair in json.loads(answer)]
    note("comparing alone, all pairs, ms", sum(ours) * 1000)
    note("  nbdime, all pairs, ms", sum(theirs) * 1000, beside="comparing alone, all pairs, ms")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--comparing", required=True)
    arguments.add_argument("--pairs", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments = arguments.parse_args()
    program, comparing = (os.path.abspath(path) for path in (arguments.program, arguments.comparing))
    table = Table()
    with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
        folder = Path(folder)
        count = pairs(program, made("playbook.git", playbook), folder, arguments.pairs)
        for number in range(arguments.rounds):
            as_programs(program, folder, count, table.note)
            in_process(comparing, folder, count, table.note)
            print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)
    print(f"{count} pairs of revisions, {arguments.rounds} rounds: median (least to most)")
    table.show()


if __name__ == "__main__":
    main()
