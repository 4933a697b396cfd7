"""Measures the whole program on a generated repository, beside what people have without it.

Every round measures everything once, ours and theirs in turn, so that a slow moment of the machine falls on both; the
table has the medians of the rounds and, where there is something to compare with, the ratio.
"""

import argparse
import copy
import http.client
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
CACHE = TESTS / ".cache" / "bench"
TICK = os.sysconf("SC_CLK_TCK")


def git(repository, *arguments, **options):
    return subprocess.run(
        ["git", "-C", str(repository), *arguments], check=True, capture_output=True, **options
    ).stdout


def generated(count):
    """A repository of `count` notebooks, made once."""
    path = CACHE / f"generated-{count}.git"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = CACHE / f"unfinished-{count}.git"
        shutil.rmtree(unfinished, ignore_errors=True)
        generator = Path(os.environ["HUNTSHELF_CORPUS"]) / "gen_repo.py"
        subprocess.run([sys.executable, str(generator), str(count), str(unfinished)], check=True)
        unfinished.rename(path)
    return path


def family(pid):
    """A process and all that it has started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += family(int(child))
        except OSError:
            pass
    return found


class Watch(threading.Thread):
    """The most anonymous memory that a process and its children have had together, in MB."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.ended = pid, 0.0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.01):
            total = 0
            for pid in family(self.pid):
                try:
                    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                        if line.startswith("RssAnon:"):
                            total += int(line.split()[1])
                except OSError:
                    pass
            self.peak = max(self.peak, total / 1024)

    def stop(self):
        self.ended.set()
        self.join()
        return self.peak


def cpu_seconds(pid):
    """Of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICK


class Server:
    """The program on a data folder; `repositories` are the paths that it serves, read at each start."""

    def __init__(self, program, data, repositories):
        self.program, self.data, self.repositories = program, data, repositories
        self.token = subprocess.run(
            [program, "admin", "token", "create", "--data", data, "--name", "Bench", "--role", "admin"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.child = self.connection = None

    def start(self):
        """Seconds from the start of the process until it is ready."""
        begin = time.perf_counter()
        self.child = subprocess.Popen(
            [self.program, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}",
             *(f"--repo={path}" for path in self.repositories)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(os.path.join(self.data, "bench.log"), "a"),
        )
        self.watch = Watch(self.child.pid)
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                pass
            if self.child.poll() is not None:
                sys.exit(f"huntshelf ended: see {self.data}/bench.log")
            time.sleep(0.0005)
        seconds = time.perf_counter() - begin
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        return seconds

    def another_connection(self):
        """The same server for another thread."""
        other = copy.copy(self)
        other.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        return other

    def ask(self, method, path):
        self.connection.request(method, path, headers={"Authorization": f"Bearer {self.token}"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"{method} {path}: {answer.status} {body[:300]}")
        return body

    def json(self, method, path):
        return json.loads(self.ask(method, path))

    def stop(self):
        self.child.kill()
        self.child.wait()
        return self.watch.stop()


class Table:
    """What was measured in each round, and what it is set beside: `key` tells rows of one name apart."""

    def __init__(self):
        self.rows = {}

    def note(self, what, value, beside=None, key=None):
        self.rows.setdefault(key or what, (what, beside, []))[2].append(value)

    def show(self):
        for what, beside, values in self.rows.values():
            line = f"{what:55} {statistics.median(values):12.1f}   ({min(values):.1f} to {max(values):.1f})"
            if beside:
                ratios = [other / own for own, other in zip(self.rows[beside][2], values)]
                line += f"   {statistics.median(ratios):.1f} times ours"
            print(line)


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


WORDS = ["lsass", "powershell", "kerberos", "registry", "mimikatz", "azure", "credential", "process", "network",
         "scheduled", "service", "dns", "token", "dump", "persistence", "cloud", "login", "memory", "driver", "encoded"]


def queries(count):
    """As hunters type them: words, two words, a phrase, a beginning, ATT&CK; always with facets."""
    R = random.Random(7)
    made = []
    for _ in range(count):
        one, two = R.sample(WORDS, 2)
        made.append(R.choice([
            f"q={one}", f"q={one}+{two}", f"q={one}+OR+{two}", f"q=%22{one}+{two}%22", f"q={one[:4]}",
            f"technique=T{R.choice(['1003', '1059', '1055', '1078', '1021', '1053'])}",
            f"tactic=TA000{R.choice('12346789')}&q={one}",
        ]))
    return made


def edit(repository, number, files=3):
    """One commit that changes a few files; gives a word that only they hold."""
    word = f"zyzzyva{number}x{int(time.time() * 1000)}"
    paths = git(repository, "ls-tree", "-r", "--name-only", "main", "hunts/").decode().splitlines()
    chosen = random.Random(number).sample([path for path in paths if path.endswith(".md")], files)
    stream = [f"commit refs/heads/main\ncommitter Bench <bench@example.com> {int(time.time())} +0000\n"
              f"data 4\nEdit\nfrom refs/heads/main^0\n".encode()]
    for path in chosen:
        text = git(repository, "cat-file", "blob", f"main:{path}") + f"\nThe {word} is here.\n".encode()
        stream.append(f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n")
    git(repository, "fast-import", "--quiet", input=b"".join(stream))
    return word


def measure(program, origin, number, note):
    with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
        repository = os.path.join(folder, "generated.git")
        subprocess.run(["cp", "-a", str(origin), repository], check=True)
        data = os.path.join(folder, "data")
        os.mkdir(data)
        server = Server(program, data, [repository])

        note("index from nothing, s", server.start())
        found = server.json("GET", "/api/v1/procedures?limit=1")["total"]
        note("  notebooks", found)
        note("  CPU, s", cpu_seconds(server.child.pid))
        note("  memory (peak RssAnon), MB", server.watch.peak)

        def read_all():
            listing = git(repository, "cat-file", "--batch-all-objects", "--unordered", "--buffer", "--batch")
            assert listing
        note("  git reads every object, s", timed(read_all), beside="index from nothing, s")
        note("  jupytext reads 300, times as many as there are, s", jupytext_seconds(repository) / 300 * found,
             beside="index from nothing, s")

        asked = queries(400)
        for query in asked[:20]:
            server.ask("GET", f"/api/v1/procedures?{query}")
        times = [timed(lambda: server.ask("GET", f"/api/v1/procedures?{query}")) * 1000 for query in asked]
        note("search with facets over HTTP, median, ms", statistics.median(times))
        note("  p99, ms", percentile(times, 0.99))
        grep = [timed(lambda: subprocess.run(["git", "-C", repository, "grep", "-il", word, "main", "--", "*.md"],
                                             stdout=subprocess.DEVNULL)) * 1000 for word in WORDS[:3]]
        note("  git grep -il, median, ms", statistics.median(grep), beside="search with facets over HTTP, median, ms")

        item = server.json("GET", "/api/v1/procedures?limit=1&sort=changed")["items"][0]
        path, id = item["path"], item["id"].replace("/", "%2F").replace(":", "%3A")
        note("history of a procedure, ms", statistics.median(
            timed(lambda: server.ask("GET", f"/api/v1/procedures/{id}/history")) * 1000 for _ in range(20)))
        note("  git log --follow, ms", timed(lambda: git(repository, "log", "--follow", "--format=%H", "main", "--", path))
             * 1000, beside="history of a procedure, ms")

        syncs, costs = [], []
        for turn in range(5):
            word = edit(repository, number * 100 + turn)
            before = cpu_seconds(server.child.pid)
            syncs.append(timed(lambda: server.ask("POST", "/api/v1/repos/generated/sync")) * 1000)
            costs.append((cpu_seconds(server.child.pid) - before) * 1000)
            hits = server.json("GET", f"/api/v1/procedures?limit=1&q={word}")["total"]
            assert hits >= 1, f"{word} is not found after the sync"
        note("sync of a commit of three files, ms", statistics.median(syncs))
        note("  CPU, ms", statistics.median(costs))

        server.stop()
        starts = []
        for _ in range(5):
            starts.append(server.start() * 1000)
            peak = server.stop()
        note("ready again with an index, ms", statistics.median(starts))
        note("  memory (peak RssAnon), MB", peak, key="memory again")


def jupytext_seconds(repository):
    """Seconds that jupytext takes to read 300 notebooks, in this process, imports aside."""
    import jupytext

    texts = []
    for path in git(repository, "ls-tree", "-r", "--name-only", "main", "hunts/").decode().splitlines()[:330]:
        text = git(repository, "cat-file", "blob", f"main:{path}").decode()
        if "\tbad: " not in text and len(texts) < 300:
            texts.append(text)
    jupytext.reads(texts[0], fmt="md:myst")

    def read():
        for text in texts:
            jupytext.reads(text, fmt="md:myst")
    return timed(read) * 300 / len(texts)


def loaded(repository, count):
    """A folder with at most `count` notebooks of a repository, without those that jupytext cannot open; made once."""
    folder = CACHE / f"notebooks-of-{repository.stem}"
    if not folder.exists():
        unfinished = CACHE / f"unfinished-notebooks-of-{repository.stem}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for path in git(repository, "ls-tree", "-r", "--name-only", "main", "hunts/").decode().splitlines():
            text = git(repository, "cat-file", "blob", f"main:{path}")
            if b"\tbad: " not in text and path.endswith(".md"):
                (unfinished / f"{len(list(unfinished.iterdir())):04}.md").write_bytes(text)
            if len(list(unfinished.iterdir())) == count:
                break
        unfinished.rename(folder)
    return folder


# jupytext as where it is installed alone: without a module that Jupyter's servers bring along, that jsonschema imports
# where it finds it, and that takes seconds to do so.
JUPYTEXT = "import sys; sys.modules['rfc3987_syntax'] = None; from jupytext.cli import jupytext; jupytext(sys.argv[1:])"


def cpu_of(*command):
    """CPU seconds of a program from its start to its end. Python finds its modules compiled, as after an installation,
    whatever the environment says."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(CACHE / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    child = subprocess.Popen([str(part) for part in command], env=environment,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure_notebooks(program, thousand, folder, note):
    """Notebooks without a server: many in one process, and one on the command line. CPU time throughout."""
    def many(*command):
        return float(subprocess.run([str(part) for part in command], check=True, capture_output=True).stdout) * 1000

    ours = [thousand]
    theirs = [sys.executable, TESTS / "bench" / "theirs.py"]
    files = len(list(folder.iterdir()))
    read, convert, render = (f"{what} {files} files, CPU, ms" for what in ("read", "convert", "render"))
    note(read, many(*ours, "read", folder))
    note("  the floor: YAML parser and markdown walk", many(*ours, "floor", folder), beside=read)
    note("  jupytext", many(*theirs, "read", folder), beside=read, key="jupytext read")
    note(convert, many(*ours, "convert", folder))
    note("  jupytext", many(*theirs, "convert", folder), beside=convert, key="jupytext convert")
    note(render, many(*ours, "render", folder))
    for template in ("basic", "lab"):
        note(f"  jupytext and nbconvert, template {template}", many(*theirs, "render", folder, template), beside=render)

    one = sorted(folder.iterdir())[0]
    with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as scratch:
        out = os.path.join(scratch, "out.ipynb")
        single = "huntshelf convert, one file, CPU, ms"
        note(single, statistics.median(cpu_of(program, "convert", one, out) * 1000 for _ in range(20)))
        jupytext = [sys.executable, "-c", JUPYTEXT, "--to", "ipynb", "--output", out, one]
        cpu_of(*jupytext)
        note("  jupytext --to ipynb", statistics.median(cpu_of(*jupytext) * 1000 for _ in range(3)), beside=single)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--thousand", required=True)
    arguments.add_argument("--count", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments = arguments.parse_args()
    origin = generated(arguments.count)
    folder = loaded(origin, 1000)
    table = Table()
    for number in range(arguments.rounds):
        measure_notebooks(os.path.abspath(arguments.program), os.path.abspath(arguments.thousand), folder, table.note)
        measure(os.path.abspath(arguments.program), origin, number, table.note)
        print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)

    print(f"{arguments.count} notebooks, {arguments.rounds} rounds: median (least to most)")
    table.show()


if __name__ == "__main__":
    main()
