#!/usr/bin/env python3
"""Runs the copies of this folder: several at a time, and goes on where it stopped.

    python run.py                     every copy that has not run to its end yet
    python run.py --failed            only those that ran and failed
    python run.py --again             every copy, whatever came of it before
    python run.py NAME.ipynb ...      only these
    python run.py --jobs 8 --timeout 3600 --kernel NAME --with papermill|jupyter

Each copy runs in a folder of its own, executed/NAME/, which then holds the executed notebook, what was printed (log.txt),
what cells wrote there, and result.json. executed/results.csv has a line for each copy with its exit code. It needs the
Python with which Jupyter hunts: the copies are run by that Python's papermill, or by `jupyter execute` where there is no
papermill. papermill writes the notebook while it runs, so that a report that a cell makes of it holds the outputs;
`jupyter execute` writes it at the end, and such a report is without outputs.

Exits with 0 when every chosen copy has run to its end, with 1 when one failed, with 2 when it could not begin. That a copy ran to
its end says that no cell failed. It does not say that anything was looked at: read what its queries answered.
"""

import argparse
import concurrent.futures
import csv
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXECUTED = HERE / "executed"
TIMED_OUT = 124
STOPPED = 130
# What a kernel says when another one took its ports. Nothing has run then, and papermill would wait for it without end.
NO_PORTS = b"zmq.error.ZMQError: Address already in use"
# So often a copy is begun until its kernel has its ports.
ATTEMPTS = 5
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

stopping = threading.Event()
running = set()
lock = threading.Lock()


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def folder_of(name):
    return EXECUTED / Path(name).stem


def result_of(name):
    """What came of a copy, if it ended; none while it runs, and where it was stopped."""
    try:
        result = json.loads((folder_of(name) / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return result if result.get("sha256") == sha256(HERE / name) else None


def write(file, text):
    """Whole or not at all, whenever it is stopped."""
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)


def command(name, runner, kernel):
    """In the copy's own folder. Nothing is filled in: everything is in the copy, and `-p` would make numbers of keys."""
    if runner == "papermill":
        chosen = ["--kernel", kernel] if kernel else []
        source = os.path.join("..", "..", name)
        return [sys.executable, "-m", "papermill", source, name, "--no-progress-bar", *chosen]
    chosen = ["--kernel_name=" + kernel] if kernel else []
    return [sys.executable, "-c", "from nbclient.cli import main; main()", "--inplace", *chosen, name]


def begin(name, folder, arguments):
    """Runs one copy and gives its exit code; none where its kernel got no ports."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if arguments.runner != "papermill":
        shutil.copyfile(HERE / name, folder / name)
    with open(folder / "log.txt", "wb") as log:
        with lock:
            if stopping.is_set():
                return STOPPED
            child = subprocess.Popen(
                command(name, arguments.runner, arguments.kernel), cwd=folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )
            running.add(child)
        try:
            return wait(child, folder, arguments.timeout)
        finally:
            with lock:
                running.discard(child)


def wait(child, folder, timeout):
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        try:
            code = child.wait(1 if end is None else min(1, max(0, end - time.monotonic())))
            return None if code and has_no_ports(folder) else code
        except subprocess.TimeoutExpired:
            late = end is not None and time.monotonic() >= end
            if late or has_no_ports(folder):
                child.kill()
                child.wait()
                return TIMED_OUT if late else None


def has_no_ports(folder):
    with open(folder / "log.txt", "rb") as log:
        return NO_PORTS in log.read(1 << 16)


def run(name, arguments):
    """Runs one copy and gives its exit code, the seconds that it took, and what it said last."""
    folder = folder_of(name)
    if stopping.is_set():
        # What came of it before stays.
        return STOPPED, 0.0, "stopped"
    before = sha256(HERE / name)
    began = time.time()
    for _ in range(ATTEMPTS):
        code = begin(name, folder, arguments)
        if code is not None:
            break
    else:
        code = 1
    seconds = time.time() - began
    if stopping.is_set():
        return STOPPED, seconds, "stopped"
    said = COLOURS.sub("", (folder / "log.txt").read_text(encoding="utf-8", errors="replace")).strip().splitlines()
    last = "longer than %d s" % arguments.timeout if code == TIMED_OUT else said[-1][:300] if code and said else ""
    result = {"file": name, "sha256": before, "exit_code": code, "began": began, "seconds": round(seconds, 1), "said": last}
    write(folder / "result.json", json.dumps(result, indent=1, ensure_ascii=False))
    return code, seconds, last


def stop(*_):
    stopping.set()
    with lock:
        for child in running:
            child.terminate()


def tabulate(files):
    """A line for each copy of the manifest, in its order."""
    unfinished = EXECUTED / "results.csv.unfinished"
    with open(unfinished, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "exit_code", "seconds", "said"])
        for name in files:
            result = result_of(name) or {}
            table.writerow([name, result.get("exit_code", ""), result.get("seconds", ""), result.get("said", "")])
    os.replace(unfinished, EXECUTED / "results.csv")


def read_arguments():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="*", metavar="NAME.ipynb")
    which = arguments.add_mutually_exclusive_group()
    which.add_argument("--failed", action="store_true", help="only those that ran and failed")
    which.add_argument("--again", action="store_true", help="also those that ran to their end")
    arguments.add_argument("-j", "--jobs", type=int, default=min(4, os.cpu_count() or 1), help="so many at a time")
    arguments.add_argument("--timeout", type=float, metavar="SECONDS", help="for one copy")
    arguments.add_argument("--kernel", metavar="NAME", help="instead of the one that the copies name")
    arguments.add_argument("--with", dest="runner", choices=["papermill", "jupyter"], help="papermill where it is there")
    return arguments.parse_args()


def main():
    arguments = read_arguments()
    modules = {"papermill": "papermill", "jupyter": "nbclient"}
    there = [runner for runner, module in modules.items() if importlib.util.find_spec(module)]
    arguments.runner = arguments.runner or (there[0] if there else "papermill")
    if arguments.runner not in there:
        print("This Python has no %s: run this with the one that Jupyter hunts with, or install papermill."
              % modules[arguments.runner], file=sys.stderr)
        return 2
    try:
        manifest = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
        made = {entry["file"]: entry["instance"]["sha256"] for entry in manifest}
    except (OSError, ValueError, KeyError, TypeError) as error:
        print("manifest.json cannot be read: %s" % error, file=sys.stderr)
        return 2
    wanted = [os.path.basename(name) for name in arguments.files] or list(made)
    missing = [name for name in wanted if name not in made or not (HERE / name).is_file()]
    if missing:
        print("not in this folder, or not in its manifest: %s" % ", ".join(missing), file=sys.stderr)
        return 2

    EXECUTED.mkdir(exist_ok=True)
    chosen = []
    for name in wanted:
        result = result_of(name)
        failed = result is not None and result["exit_code"] != 0
        if arguments.again or failed or (result is None and not arguments.failed):
            chosen.append(name)
            if sha256(HERE / name) != made[name]:
                print("note: %s is not as it was handed out" % name, file=sys.stderr)
    print("%d of %d copies to run, with %s, %d at a time" % (len(chosen), len(wanted), arguments.runner, arguments.jobs))

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    worst = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        tasks = {pool.submit(run, name, arguments): name for name in chosen}
        for task in concurrent.futures.as_completed(tasks):
            code, seconds, said = task.result()
            worst = worst or code
            word = "ok" if code == 0 else "stopped" if code == STOPPED and stopping.is_set() else "exit %d" % code
            print("%-9s %7.1f s  %s%s" % (word, seconds, tasks[task], "  " + said if said and word[0] == "e" else ""), flush=True)
            tabulate(list(made))
    tabulate(list(made))
    if stopping.is_set():
        print("stopped: run it again to go on", file=sys.stderr)
        return STOPPED
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
