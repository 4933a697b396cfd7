"""Runs a notebook in a Jupyter server, as JupyterLab does: opens it by the contents API, runs each code cell in a kernel that the
server starts, over that kernel's channel, and saves it.

In: {url, token, path}. Out: {ran, kernels_left}.
"""

import json
import sys
import urllib.request
import uuid
from urllib.parse import quote

import websocket

asked = json.load(sys.stdin)
AUTHORIZATION = f"token {asked['token']}"


def call(method, path, body=None):
    request = urllib.request.Request(asked["url"] + path, method=method)
    request.add_header("Authorization", AUTHORIZATION)
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def run(channel, session, source):
    """Runs one cell; answers its count and its outputs."""
    number = uuid.uuid4().hex
    header = {"msg_id": number, "msg_type": "execute_request", "username": "hunter", "session": session, "version": "5.3"}
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
    channel.send(json.dumps({
        "header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}))
    count, outputs, idle, replied = None, [], False, False
    while not (idle and replied):
        message = json.loads(channel.recv())
        if message["parent_header"].get("msg_id") != number:
            continue
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "status":
            idle = content["execution_state"] == "idle"
        elif kind == "execute_reply":
            count, replied = content["execution_count"], True
        elif kind == "stream":
            outputs.append({"output_type": kind, "name": content["name"], "text": content["text"]})
        elif kind == "error":
            outputs.append({"output_type": kind, **{key: content[key] for key in ("ename", "evalue", "traceback")}})
        elif kind in ("display_data", "execute_result"):
            output = {"output_type": kind, "data": content["data"], "metadata": content["metadata"]}
            if kind == "execute_result":
                output["execution_count"] = content["execution_count"]
            outputs.append(output)
    return count, outputs


def main():
    address = "/api/contents/" + quote(asked["path"])
    opened = call("GET", address + "?type=notebook&content=1")
    notebook = opened["content"]
    kernel = notebook["metadata"]["kernelspec"]["name"]
    started = call("POST", "/api/sessions", {
        "path": asked["path"], "name": opened["name"], "type": "notebook", "kernel": {"name": kernel}})
    session = uuid.uuid4().hex
    channel = websocket.create_connection(
        asked["url"].replace("http", "ws", 1) + f"/api/kernels/{started['kernel']['id']}/channels?session_id={session}",
        header=[f"Authorization: {AUTHORIZATION}"], timeout=120)
    ran = 0
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "code" and source.strip():
            cell["execution_count"], cell["outputs"] = run(channel, session, source)
            ran += 1
    channel.close()
    call("PUT", address, {"type": "notebook", "format": "json", "content": notebook})
    call("DELETE", f"/api/sessions/{started['id']}")
    json.dump({"ran": ran, "kernels_left": len(call("GET", "/api/kernels"))}, sys.stdout)


main()
