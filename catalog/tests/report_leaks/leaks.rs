//! Notebooks with one way each in which something reaches a customer that should not.

use crate::build::{code, complained, frame, html, plain, printed, prose, result, tagged};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalog::notebook::{Cell, CellKind};
use serde_json::json;

/// A name, the cells, and the rule that is to stop it.
pub(crate) type Leak = (&'static str, Vec<Cell>, &'static str);

fn one(name: &'static str, cell: Cell, code: &'static str) -> Leak {
    (name, vec![cell], code)
}

pub(crate) fn leaks() -> Vec<Leak> {
    [names(), keys(), tags(), words(), placeholders(), secrets(), inputs(), failures(), hidden(), addresses()]
        .concat()
}

fn names() -> Vec<Leak> {
    const CODE: &str = "other-customer";
    let said = |name, text: &str| one(name, prose(text), CODE);
    let png = {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0....".to_vec();
        let text = b"Title\0Logons at Initech";
        bytes.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
        bytes.extend(b"tEXt");
        bytes.extend(text);
        bytes.extend([0; 4]);
        STANDARD.encode(bytes)
    };
    vec![
        said("in a sentence", "As we saw at Initech, this follows a pattern."),
        said("in a heading", "## What Initech had\n\nText."),
        said("in a table of markdown", "| host | seen at |\n|---|---|\n| wk-1 | Initech |"),
        said("in the text of a link", "See [the report for Initech](https://example.org/r)."),
        said("in the target of a link", "See [this](https://wiki.example.org/customers/Initech/2026)."),
        said("percent-encoded in a link", "See [this](https://wiki.example.org/%49nitech)."),
        said("in the words of a picture", "![Logons of Initech](attachment:a.png)"),
        said("in the title of a link", "See [this](https://example.org \"Initech\")."),
        said("in a definition", "See [this][1].\n\n[1]: https://example.org/Initech"),
        said("in code", "`grep Initech log`"),
        said("split by emphasis", "**Ini**tech had this."),
        said("split by a tag", "Ini<b>te</b>ch had this."),
        said("in entities", "&#73;nitech had this."),
        said("with a character that nobody sees", "Ini\u{200b}tech had this."),
        said("with a soft hyphen", "Ini\u{ad}tech had this."),
        said("in letters of another script", "In\u{456}te\u{441}h had this."),
        said("of two words over two lines", "This was at Umbrella\nHoldings, too."),
        said("of two words in a quotation", "> at Umbrella\n> Holdings"),
        said("with a blank that does not break", "Umbrella\u{a0}Holdings had this."),
        said("with a possessive", "Initech's hosts were hit."),
        said("in a file's name", "Compare with initech_export.csv of Initech_2026."),
        said("in letters with marks, as entities", "Das fand sich bei B&auml;ckerei M&uuml;ller."),
        said("with a straight apostrophe for a curved one", "This was at O'Neill & Sons, too."),
        said("in the query of an address", "See [this](https://example.org/?q=Umbrella+Holdings)."),
        said("in a file's name, with lines for blanks", "Compare with Umbrella_Holdings_2026.csv."),
        one(
            "in the escapes of JSON",
            code(vec![printed("{\"name\": \"B\\u00e4ckerei M\\u00fcller\"}\n")]),
            CODE,
        ),
        one("in a column", code(vec![frame(&["host", "owner"], &[&["wk-1", "Initech"]])]), CODE),
        one("in what is printed", code(vec![printed("done for Initech\n")]), CODE),
        one("in colours", code(vec![printed("\u{1b}[31mIni\u{1b}[0mtech\n")]), CODE),
        one("in a result", code(vec![result(&json!({"text/plain": "{'customer': 'Initech'}"}))]), CODE),
        one("in markdown put out", code(vec![result(&json!({"text/markdown": "## Initech"}))]), CODE),
        one("in an attribute", code(vec![html("<p title=\"Initech\">x</p>")]), CODE),
        one("in a warning", code(vec![complained("no rows for Initech\n")]), CODE),
        one(
            "in a drawing",
            code(vec![result(&json!({"image/svg+xml": "<svg><text>Initech</text></svg>"}))]),
            CODE,
        ),
        one("within a picture", code(vec![result(&json!({"image/png": png}))]), CODE),
        one("a word, as a customer", prose("The same customer: Target."), CODE),
        one(
            "short, in a column of tenants",
            code(vec![frame(&["host", "tenant"], &[&["wk-1", "IBM"]])]),
            CODE,
        ),
        one("short, as a value", code(vec![printed("customer=IBM rows=3\n")]), CODE),
        one(
            "in the words of a cell that is to be filled in",
            tagged(prose("Nothing was found, unlike at Initech."), &["analyst_input"]),
            CODE,
        ),
    ]
}

fn keys() -> Vec<Leak> {
    const CODE: &str = "other-customer";
    vec![
        one("a key in a sentence", prose("We compared with tenant 20731."), CODE),
        one("a key in text", prose("The same as in 20731 last week."), CODE),
        one("a key that is printed", code(vec![printed("hits: 3 rows, tenant 20731\n")]), CODE),
        one("a key as a value", code(vec![printed("TENANT_ID = '20731'\n")]), CODE),
        one("a key in a column", code(vec![frame(&["host", "tenant_id"], &[&["wk-1", "20731"]])]), CODE),
        one(
            "a key in a printed column",
            code(vec![printed(&plain(&["host", "tenant_id"], &[&["wk-1", "20731"]]))]),
            CODE,
        ),
        one("a key between commas", code(vec![printed("host,tenant_id\nwk-1,20731\n")]), CODE),
        one("a key that is a GUID", code(vec![printed("2f9d7a52-6b0e-4c58-9f5e-0f8a6f1f0c11\n")]), CODE),
        one("a GUID in capitals", code(vec![printed("2F9D7A52-6B0E-4C58-9F5E-0F8A6F1F0C11\n")]), CODE),
        one("a GUID without hyphens", code(vec![printed("2f9d7a526b0e4c589f5e0f8a6f1f0c11\n")]), CODE),
        one("a key in a header", code(vec![printed("X-Tenant-Context: 20731\n")]), CODE),
        one("a key in the name of a copy", code(vec![printed("wrote logons_us1_20731.ipynb\n")]), CODE),
        one(
            "a key in a column flush to the left",
            code(vec![printed("tenant_id  host\n20731      wk-1\n")]),
            CODE,
        ),
        one(
            "a key in a list with the own",
            code(vec![result(&json!({"text/plain": "['145483', '20731']"}))]),
            CODE,
        ),
        one("a key with letters", code(vec![frame(&["index"], &[&["initech-prod-logs"]])]), CODE),
        one(
            "a key in an address",
            prose("<https://portal.example.org/?t=2f9d7a52-6b0e-4c58-9f5e-0f8a6f1f0c11>"),
            CODE,
        ),
    ]
}

fn tags() -> Vec<Leak> {
    const CODE: &str = "tag-removes-nothing";
    let spelled = |name, tag: &str| one(name, tagged(prose("Look twice here."), &[tag]), CODE);
    let with = |name, key: &str, value: serde_json::Value| {
        let mut cell = prose("Look twice here.");
        cell.metadata.insert(key.to_owned(), value);
        one(name, cell, CODE)
    };
    let mut quarto = code(vec![printed("Look twice here.\n")]);
    "#| tags: [remove_cell]\nlook()".clone_into(&mut quarto.source);
    vec![
        spelled("a tag with a hyphen", "remove-cell"),
        spelled("a tag in capitals", "Remove_Cell"),
        spelled("a tag in one word", "removecell"),
        spelled("a tag of another tool", "hide_cell"),
        spelled("a tag with a blank", "remove_cell "),
        spelled("a tag in the plural", "remove_cells"),
        spelled("a tag with a slip", "remvoe_cell"),
        spelled("a tag that says internal", "internal"),
        spelled("prose whose text is to be hidden", "remove-input"),
        one("outputs with a hyphen", tagged(code(vec![printed("x\n")]), &["remove-output"]), CODE),
        with("tags as a text", "tags", json!("remove_cell")),
        with("tags under another key", "jupyter", json!({"tags": ["remove_cell"]})),
        with("a tag as a key", "remove_cell", json!(true)),
        with("a tag as a class", "class", json!("remove-cell")),
        one("tags in a comment of code", quarto, CODE),
        with("a tag in the singular", "tag", json!("remove_cell")),
    ]
}

fn words() -> Vec<Leak> {
    const CODE: &str = "guidance";
    let said = |name, text: &str| one(name, prose(text), CODE);
    vec![
        said("a note for analysts", "Analyst note: the proxy logs are late."),
        said("a note under a heading", "## Analyst notes\n\nThe proxy logs are late."),
        said("a note in bold", "**Hunter guidance:** look at the parents first."),
        said("internal only", "Internal only. The sensor of the customer is old."),
        said("not to be sent", "Do not send this part to the customer."),
        said("not to be sent, over two lines", "Do not send\nto the client."),
        said("to be removed", "Delete this section before sending."),
        said("what the customer must not know", "The customer must not know how we got this."),
        said("a note to oneself", "Note to self: ask again on Monday."),
        said("guidance that lost its tag", "Run this cell again with a longer window."),
        said("a part for the own team", "This section is for our internal team."),
        said("what an analyst is to change", "The analyst should adjust the threshold here."),
        said("what a hunter is to check", "- [ ] hunter: verify the hosts with the lead"),
        said("a draft", "DRAFT - not reviewed yet"),
        said("a word to a colleague", "@ana please look again before this goes out"),
        said("instructions", "### Instructions for the analyst\n\nLook twice."),
        said("a box that says internal", "```{admonition} Internal\nThe sensor is old.\n```"),
        said("in another language", "Nur für den internen Gebrauch."),
        said("in a comment", "Text.\n\n<!-- internal: sensor is old -->\n\nMore."),
        one("a word of the team", prose("Project Nightjar covers this."), "team-word"),
        one(
            "guidance put out as markdown",
            code(vec![result(&json!({"text/markdown": "**Analyst note:** late"}))]),
            CODE,
        ),
        one("guidance that is printed", code(vec![printed("INTERNAL ONLY: 3 rows dropped\n")]), CODE),
        one("guidance put out as HTML", code(vec![html("<p>Do not share with the customer</p>")]), CODE),
    ]
}

fn placeholders() -> Vec<Leak> {
    const CODE: &str = "placeholder";
    let said = |name, text: &str| one(name, prose(text), CODE);
    vec![
        said("something to do", "TODO: write this."),
        said("brackets to fill in", "We looked at <fill in> hosts."),
        said("square brackets", "We looked at [insert number] hosts."),
        said("braces", "The report for {{ customer }} follows."),
        said("crosses", "We found XXX hosts."),
        said("a template's text", "*Replace this text with a summary.*"),
        said("filler", "Lorem ipsum dolor sit amet."),
        said("to be determined", "Impact: TBD"),
        said("a technique", "This is TXXXX.XXX."),
        said("braces of Python", "The report for {customer} follows."),
        said("a variable", "The report for $CUSTOMER_NAME follows."),
        said("a name in angle brackets", "The report for <TENANT> follows."),
        said("angle brackets in entities", "The report for &lt;customer&gt; follows."),
        said("signs around a name", "The report for @@CUSTOMER@@ follows."),
        said("a statement of a template", "{% if hits %}We found some.{% endif %}"),
        said("question marks", "We found ??? hosts."),
        said("a line to write on", "We found ____ hosts."),
        said("two crosses", "We found XX hosts."),
        said("a shape of a date", "Window: YYYY-MM-DD"),
        said("where a text goes", "_Summary goes here._"),
        said("a request in emphasis, in text", "*Fill in the number of hosts.*"),
        said("to be determined, in small letters", "Impact: tba"),
        said("something to do, in small letters", "todo: ask again"),
        said("a request to write here", "Insert the number of hosts here."),
        said("brackets of another language", "[hier einfügen]"),
        one("something to do, put out", code(vec![result(&json!({"text/markdown": "FIXME"}))]), CODE),
    ]
}

fn secrets() -> Vec<Leak> {
    const CODE: &str = "secret";
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
    vec![
        one("a key of a cloud in text", prose("Use AKIAIOSFODNN7EXAMPLE."), CODE),
        one("a token that is printed", code(vec![printed(&format!("token {token}\n"))]), CODE),
        one("a web token in a table", code(vec![frame(&["header"], &[&[jwt]])]), CODE),
        one("a private key", code(vec![printed("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n")]), CODE),
        one(
            "a token split by a tag",
            code(vec![html(&format!("<p>{}<b>{}</b></p>", &token[..9], &token[9..]))]),
            CODE,
        ),
        one(
            "a secret of the service, as it is called",
            code(vec![printed("CLIENT_SECRET = \"q8Zt2LxV7mRk4WpN9sYbq8Zt2LxV7mRk\"\n")]),
            CODE,
        ),
        one(
            "a secret in the environment",
            code(vec![printed("AWS_SECRET_ACCESS_KEY=q8Zt2LxV7mRk4WpN9sYbq8Zt2LxV7mRk4WpN9sYb\n")]),
            CODE,
        ),
        one(
            "a token in a value",
            code(vec![result(&json!({"text/plain": "{'access_token': 'q8Zt2LxV7mRk4WpN9sYb', 'n': 1}"}))]),
            CODE,
        ),
        one(
            "a secret in a table of settings",
            code(vec![frame(&["name", "value"], &[&["CLIENT_SECRET", "q8Zt2LxV7mRk4WpN9sYb"]])]),
            CODE,
        ),
        one(
            "a key of a service in a header",
            code(vec![printed("x-apikey: 8d7f6a5b4c3d2e1f0a9b8c7d\n")]),
            CODE,
        ),
        one(
            "a database with its password",
            code(vec![printed(
                "Server=tcp:db.example.org;Database=hunts;User ID=hunt;Password=Zq8vTt2hW1;\n",
            )]),
            CODE,
        ),
        one(
            "a hook of a chat",
            prose(&format!("https://hooks.slack.com/services/T0AB1CD2E/B0AB1CD2EF/{}", "a1B2".repeat(6))),
            CODE,
        ),
        one("a token of a runner", code(vec![printed("glrt-a1B2c3D4e5F6g7H8i9J0\n")]), CODE),
        one(
            "a key of a mailer",
            prose(&format!("SG.{}.{}", "a1".repeat(11), "b2C".repeat(15).split_at(43).0)),
            CODE,
        ),
        one("a token of a store of images", prose(&format!("dckr_pat_{}", "a1B".repeat(9))), CODE),
        one("an address with a password", prose("git clone https://ana:Tr0ub4dor@git.example.org/x"), CODE),
        one(
            "a header that is printed",
            code(vec![printed("Authorization: Bearer 8d7f6a5b4c3d2e1f0a9b8c7d\n")]),
            CODE,
        ),
    ]
}

fn inputs() -> Vec<Leak> {
    const CODE: &str = "analyst-input-unfilled";
    let asked = |name, text: &str| one(name, tagged(prose(text), &["analyst_input"]), CODE);
    let mut verdict = tagged(code(vec![printed("None\n")]), &["analyst_input"]);
    "VERDICT = None  # benign or malicious".clone_into(&mut verdict.source);
    vec![
        asked("nothing written", ""),
        asked("a heading alone", "## Findings"),
        asked("a request in emphasis", "_Write here_"),
        asked("a request in bold", "**To be written:** how many, with which outcome."),
        asked("a request in brackets", "<describe what you found>"),
        asked("dots", "..."),
        asked("a blank of HTML", "&nbsp;"),
        asked("labels alone", "**Host:**\n\n**Time:**"),
        asked("an empty table", "| Host | Finding |\n|---|---|\n| | |"),
        asked("boxes without a tick", "- [ ] malicious\n- [ ] benign"),
        asked("a choice", "Choose one: malicious, benign, hygiene."),
        asked("a request", "Summarize in two sentences what was found, and what was not."),
        asked("questions", "How many hosts? Which accounts?"),
        one("a label alone, under another spelling", tagged(prose("**Outcome:**"), &["analyst-input"]), CODE),
        one("a verdict that was not given", verdict, CODE),
    ]
}

fn failures() -> Vec<Leak> {
    let error = json!({"output_type": "error", "ename": "KeyError", "evalue": "'host'", "traceback": ["\u{1b}[0;31mKeyError\u{1b}[0m: 'host'"]});
    vec![
        one("an error", code(vec![error]), "error-output"),
        one(
            "a traceback among complaints",
            code(vec![complained("Traceback (most recent call last):\n  File \"x\", line 1\nKeyError\n")]),
            "error-output",
        ),
        one(
            "a traceback that is printed",
            code(vec![printed("retry\nTraceback (most recent call last):\n")]),
            "error-output",
        ),
        one(
            "a magic that is not there",
            code(vec![complained("UsageError: Line magic function `%taegis` not found.\n")]),
            "error-output",
        ),
        one(
            "a traceback in a frame",
            code(vec![printed("╭───── Traceback (most recent call last) ─────╮\n│ x.py:3 │\n")]),
            "error-output",
        ),
        one(
            "a traceback in HTML",
            code(vec![html("<pre>Traceback (most recent call last)\nKeyError</pre>")]),
            "error-output",
        ),
        one(
            "what papermill writes on failure",
            tagged(
                prose("<span id=\"papermill-error-cell\">An Exception was encountered at 'In [3]'.</span>"),
                &["papermill-error-cell-tag"],
            ),
            "error-output",
        ),
        one(
            "a warning from a home folder",
            code(vec![complained(
                "/home/ana/hunts/venv/lib/python3.11/site-packages/x.py:3: FutureWarning: old\n",
            )]),
            "own-machine",
        ),
        one(
            "a warning from a home folder of Windows",
            code(vec![complained("C:\\Users\\ana\\hunts\\x.py:3: UserWarning: old\n")]),
            "own-machine",
        ),
        one("a picture from a home folder", prose("![x](/home/ana/plots/x.png)"), "own-machine"),
    ]
}

fn hidden() -> Vec<Leak> {
    let mut broken = prose("++ {\"tags\": [\"remove_cell\"]}\n\nLook twice.");
    broken.kind = CellKind::Markdown;
    vec![
        one("a comment", prose("Text.\n\n<!-- sensor is old, see ticket -->"), "comment"),
        one("a comment of MyST", prose("% ask Bob about the sensor\n\nText."), "comment"),
        one("a comment as a definition", prose("[//]: # (ask Bob about the sensor)\n\nText."), "comment"),
        one("hidden by a style", prose("<p style=\"display: none\">The sensor is old.</p>"), "comment"),
        one("hidden by an attribute", prose("<div hidden>The sensor is old.</div>"), "comment"),
        one(
            "a part that guidance swallowed",
            tagged(prose("Look twice.\n\n### Recommendations\n\nPatch."), &["remove_cell"]),
            "guidance-open",
        ),
        one("a break that is text", broken, "block-break-in-text"),
        one(
            "a section that guidance swallowed",
            tagged(prose("Look twice.\n\n## Findings\n\nWe looked at every logon."), &["remove_cell"]),
            "guidance-open",
        ),
    ]
}

fn addresses() -> Vec<Leak> {
    vec![
        one("an inner address", prose("## Method\n\nThe jump host is 10.20.30.40."), "private-address"),
        one(
            "a link inside",
            prose("## Method\n\nSee [the wiki](https://wiki.corp.internal/hunting)."),
            "inner-link",
        ),
        one(
            "an address of a link",
            prose("## Method\n\nThe sensor is fe80::1ff:fe23:4567:890a."),
            "private-address",
        ),
        one(
            "a link to an inner page of a public host",
            prose("## Method\n\nSee [this](https://fabrikam.atlassian.net/browse/HUNT-7)."),
            "inner-link",
        ),
        one(
            "a link to a host of the company",
            prose("## Method\n\nSee https://wiki.corp.fabrikam.example/hunting."),
            "inner-link",
        ),
        one("a link to the own machine", prose("## Method\n\nSee http://[::1]:8888/lab."), "inner-link"),
        one("a share inside", prose("## Method\n\nThe list is at \\\\files01\\hunting$."), "inner-link"),
    ]
}
