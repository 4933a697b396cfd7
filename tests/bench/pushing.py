"""Measures what a push costs where much is on the shelf, and what pages cost while another repository is indexed.

A commit that changes one file is pushed into repositories of several sizes, in turn: from the request to sync until a
search finds its new word. Then pages of a small repository are asked for, one after the other, first with nothing else to
do, then while a large one beside it is indexed for the first time.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import quote

from bench import Server, Table, cpu_seconds, edit, generated, percentile, timed

PAGES = 300
SMALL = 1_000


def opened(program, folder, origins):
    """A server on copies of repositories, which may be changed."""
    copies = []
    for origin in origins:
        copies.append(os.path.join(folder, origin.name))
        subprocess.run(["cp", "-a", str(origin), copies[-1]], check=True)
    data = os.path.join(folder, "data")
    os.mkdir(data)
    return Server(program, data, copies)


def pushes(servers, rounds, note):
    """A commit of one file, until it is found: the sizes in turn."""
    smallest = f"push of a commit of one file, {min(servers)} notebooks, ms"
    for turn in range(rounds):
        for count, server in servers.items():
            word = edit(server.repositories[0], turn, files=1)
            what = f"push of a commit of one file, {count} notebooks, ms"
            before = cpu_seconds(server.child.pid)

            def until_found():
                server.ask("POST", f"/api/v1/repos/generated-{count}/sync")
                assert server.json("GET", f"/api/v1/procedures?limit=1&q={word}")["total"] >= 1

            milliseconds = timed(until_found) * 1000
            note(what, milliseconds, beside=smallest if what != smallest else None)
            note(f"  CPU, {count}, ms", (cpu_seconds(server.child.pid) - before) * 1000)


def pages(server, ids, count, until=None):
    """Milliseconds that pages of several kinds take, one after the other; at most until something ends."""
    times = []
    for number in range(count):
        id = ids[number % len(ids)]
        page = ["/", f"/procedures/{id}", f"/?q={id[:3]}", f"/procedures/{id}/history"][number % 4]
        times.append(timed(lambda: server.ask("GET", page)) * 1000)
        if until and until.is_set():
            break
        time.sleep(0.005)
    return times


def while_indexing(program, large, folder, note):
    """The p99 of pages, with nothing else to do and while a large repository is indexed beside."""
    server = opened(program, folder, [generated(SMALL)])
    server.start()
    items = server.json("GET", "/api/v1/procedures?limit=100&standing=good")["items"]
    ids = [quote(item["id"], safe="") for item in items]
    pages(server, ids, 100)
    idle = pages(server, ids, PAGES)
    note("pages with nothing else to do, median, ms", statistics.median(idle))
    note("  p99, ms", percentile(idle, 0.99), key="idle p99")
    server.stop()

    server.repositories.append(str(large))
    server.start()
    ended = threading.Event()
    name = large.name.removesuffix(".git")

    def watch():
        other = server.another_connection()
        while not ended.is_set():
            syncs = other.json("GET", f"/api/v1/repos/{name}")
            if syncs.get("commit"):
                ended.set()
            time.sleep(0.2)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    begin = time.perf_counter()
    busy = pages(server, ids, 1_000_000, until=ended)
    note("pages while another is indexed, median, ms", statistics.median(busy))
    note("  p99, ms", percentile(busy, 0.99), beside="idle p99", key="busy p99")
    note("  pages asked for meanwhile", len(busy))
    note("  seconds that it was indexed", time.perf_counter() - begin)
    server.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--counts", default="1000,100000")
    arguments.add_argument("--beside", type=int, default=10_000, help="notebooks that are indexed while pages are asked for")
    arguments.add_argument("--rounds", type=int, default=15)
    arguments = arguments.parse_args()
    program = os.path.abspath(arguments.program)
    table = Table()
    with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
        servers = {}
        for count in map(int, arguments.counts.split(",")):
            own = os.path.join(folder, str(count))
            os.mkdir(own)
            servers[count] = opened(program, own, [generated(count)])
            print(f"{count} indexed in {servers[count].start():.1f} s", file=sys.stderr)
        pushes(servers, arguments.rounds, table.note)
        for server in servers.values():
            server.stop()
    for number in range(3):
        with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
            while_indexing(program, generated(arguments.beside), folder, table.note)
    print("median (least to most)")
    table.show()


if __name__ == "__main__":
    main()
