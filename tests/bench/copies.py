"""Measures the making of copies: in the server, beside `papermill --prepare-only`, and beside jupytext and nbformat as libraries
in one process; and a thousand tenants from the scope to the zip.

Copy by copy, ours and theirs in turn: the same procedures for the same tenants. What papermill is given is converted from MyST
beforehand, and the imports of the libraries do not count. Ours is a request over HTTP to a running server, with the copy on record
when it is answered.
"""

import argparse
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import jupytext
import nbformat
from bench import CACHE, Server, Table, Watch, percentile, timed

# As where papermill is installed alone, and its modules are compiled: see JUPYTEXT in bench.py.
PAPERMILL = "import sys; sys.modules['rfc3987_syntax'] = None; from papermill.cli import papermill; papermill()"
REGION = "mock"


def key(number):
    return f"{number:07}"


def send(server, method, path, body, kind="application/json"):
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    server.connection.request(method, f"/api/v1{path}", body=payload, headers={
        "Authorization": f"Bearer {server.token}", "Content-Type": kind})
    answer = server.connection.getresponse()
    read = answer.read()
    if answer.status not in (200, 201):
        sys.exit(f"{method} {path}: {answer.status} {read[:500]}")
    return read


def roster(server, count):
    """So many tenants of one sector, ten a customer, and a hundred of another; their ids by key."""
    lines = ["customer,customer_labels,service,region,key,name"]
    for number in range(count + 100):
        sector = "wide" if number < count else "narrow"
        lines.append(f"{sector} {number // 10},sector={sector},taegis,{REGION},{key(number)},Tenant {number}")
    send(server, "POST", "/roster", "\n".join(lines).encode(), "text/csv")
    found, cursor = {}, None
    while True:
        page = server.json("GET", "/api/v1/tenants?limit=100" + (f"&cursor={cursor}" if cursor else ""))
        found.update({one["key"]: one["id"] for one in page["tenants"]})
        cursor = page.get("next")
        if not cursor:
            return found


def procedures(server):
    """Those that a copy for a tenant on Taegis can be made of: id and MyST."""
    found = []
    items = server.json("GET", "/api/v1/procedures?q=is:copyable&standing=good&limit=100")["items"]
    for item in items:
        if item["service"] not in (None, "", "taegis", "other"):
            continue
        text = server.ask("GET", f"/api/v1/procedures/{item['id']}/source").decode()
        found.append((item["id"], text))
    return found


def one(server, procedure, tenant, dry=False):
    send(server, "POST", f"/procedures/{procedure}/instances",
         {"tenants": [tenant], "parameters": {}, "dry_run": dry})


def as_libraries(text, filled):
    """What a script does that a team writes for itself: reads, fills in after the cell of parameters, writes."""
    notebook = jupytext.reads(text, fmt="md:myst")
    tagged = [place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    source = "# Parameters\n" + "".join(f"{name} = {value!r}\n" for name, value in filled.items())
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)
    return nbformat.writes(notebook)


def side_by_side(server, known, tenants, count, folder, note):
    made = [(procedure, text, number) for number in range(count) for procedure, text in known][:count]
    ours, dry, libraries, papermill = [], [], [], []
    compiled = {**os.environ, "PYTHONPYCACHEPREFIX": str(CACHE / "compiled")}
    compiled.pop("PYTHONDONTWRITEBYTECODE", None)
    for place, (procedure, text, _) in enumerate(made):
        tenant = key(place)
        names = [name for name in ("TENANT_ID", "TAEGIS_TENANT_ID") if re.search(rf"^{name}\b", text, re.M)]
        filled = dict.fromkeys(names, tenant)
        source, out = folder / f"{procedure}.ipynb", folder / "out.ipynb"
        if not source.exists():
            jupytext.write(jupytext.reads(text, fmt="md:myst"), source)
        ours.append(timed(lambda: one(server, procedure, tenants[tenant])))
        dry.append(timed(lambda: one(server, procedure, tenants[tenant], dry=True)))
        libraries.append(timed(lambda: as_libraries(text, filled)))
        command = [sys.executable, "-c", PAPERMILL, source, out, "--prepare-only", "--no-progress-bar"]
        command += [part for name in names for part in ("-r", name, tenant)]
        papermill.append(timed(lambda: subprocess.run(command, check=True, capture_output=True, env=compiled)))
    row = f"{count} copies, one request each, on record, ms"
    note(row, sum(ours) * 1000)
    note("  papermill --prepare-only, ms", sum(papermill) * 1000, beside=row)
    note("  jupytext and nbformat in one process, ms", sum(libraries) * 1000, beside=row)
    note("one copy over HTTP, on record, median, ms", statistics.median(ours) * 1000)
    note("  p99, ms", percentile(ours, 0.99) * 1000, key="p99 of one copy")
    note("one copy over HTTP, only prepared, median, ms", statistics.median(dry) * 1000)


def to_a_zip(server, procedure, sector):
    made = json.loads(send(server, "POST", "/instances", {
        "procedures": [procedure], "scope": {"labels": {"sector": sector}}, "window": {"last": "7d"}}))
    ids = [copy["id"] for copy in made["instances"]]
    return len(ids), send(server, "POST", "/instances.zip", {"ids": ids})


def many(server, procedure, tenants, note):
    for sector, count in (("narrow", 100), ("wide", tenants)):
        watch = Watch(server.child.pid)
        time.sleep(0.1)
        before = watch.peak
        began = time.perf_counter()
        copies, zipped = to_a_zip(server, procedure, sector)
        seconds = time.perf_counter() - began
        peak = watch.stop()
        names = zipfile.ZipFile(io.BytesIO(zipped)).namelist()
        assert copies == count and sum(name.endswith(".ipynb") for name in names) == count, (copies, len(names))
        note(f"{count} tenants, from the scope to the zip, ms", seconds * 1000)
        note(f"  {count}: size, MB", len(zipped) / 1e6)
        note(f"  {count}: memory before, MB", before)
        note(f"  {count}: memory at most (peak RssAnon), MB", peak)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--copies", type=int, default=200)
    arguments.add_argument("--tenants", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments = arguments.parse_args()
    table = Table()
    for number in range(arguments.rounds):
        with tempfile.TemporaryDirectory(prefix="huntshelf-bench-") as folder:
            data = os.path.join(folder, "data")
            os.mkdir(data)
            server = Server(os.path.abspath(arguments.program), data, [])
            server.start()
            tenants, known = roster(server, arguments.tenants), procedures(server)
            first = next(id for id, text in known if "%%taegis" in text)
            many(server, first, arguments.tenants, table.note)
            as_libraries(known[0][1], {})
            one(server, known[0][0], tenants[key(0)])
            side_by_side(server, known, tenants, arguments.copies, Path(folder), table.note)
            server.stop()
        print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)
    print(f"{len(known)} procedures, {arguments.rounds} rounds: median (least to most)")
    table.show()


if __name__ == "__main__":
    main()
