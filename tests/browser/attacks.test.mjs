// The attack collection in every place of a repository that a page shows, in a real browser under the pages' own policy.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TESTS, closeBrowser, openPage, startServer } from "./huntshelf.mjs";

const COLLECTION = JSON.parse(readFileSync(join(TESTS, "attacks", "payloads.json"), "utf8"));
const PAYLOADS = COLLECTION.flatMap(({ payloads }) => payloads);

/** So many payloads share a notebook. */
const TOGETHER = 40;

/** Text for a double-quoted scalar of YAML: JSON is YAML, but for what YAML allows in no document. */
const quoted = (text) => JSON.stringify(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff]/g, " "));
const oneLine = (text) => text.replace(/[\s\u0000]+/g, " ");

/** A notebook that holds a payload in every place there is. */
function notebook(name, payloads, second) {
  const one = (at) => payloads[at % payloads.length];
  const lines = [
    "---",
    "jupytext:",
    "  notebook_metadata_filter: hunting",
    "  text_representation: {extension: .md, format_name: myst, format_version: 0.13}",
    `kernelspec: {name: python3, language: python, display_name: ${quoted(one(0))}}`,
    "hunting:",
    `  title: ${quoted(`${name} ${second} ${one(1)}`)}`,
    `  id: ${quoted(name)}`,
    `  description: ${quoted(one(2))}`,
    "  attack_technique_ids: [T1036]",
    `  data_sources: [${payloads.map(quoted).join(", ")}]`,
    `  tags: [${payloads.map(quoted).join(", ")}]`,
    `  authors: [${payloads.slice(0, 8).map(quoted).join(", ")}]`,
    `  platforms: [${quoted(one(3))}]`,
    `  status: ${quoted(one(4))}`,
    `  references: [${payloads.map(quoted).join(", ")}]`,
    "---",
    "",
    `# ${oneLine(one(5))}`,
    "",
  ];
  for (const payload of payloads) {
    const flat = oneLine(payload);
    lines.push(
      payload, "",
      `- item ${flat}`, "",
      `> quoted ${flat}`, "",
      "| a | b |", "|---|---|", `| ${flat.replaceAll("|", "\\|")} | x |`, "",
      `## ${flat}`, "",
      `:::{note} ${flat}`, `:class: ${flat}`, payload, ":::", "",
      `:::{admonition} ${flat}`, `:name: ${flat}`, payload, ":::", "",
      "```{figure} " + flat, `:alt: ${flat}`, `:name: ${flat}`, payload, "```", "",
      "```{list-table} " + flat, `* - ${flat}`, "  - x", "```", "",
      "````{unheard-of} " + flat, `:option: ${flat}`, payload, "````", "",
      `{kbd}\`${flat}\` {abbr}\`${flat}\` {ref}\`${flat}\` {unheard}\`${flat}\` $${flat}$`, "",
      `[text ${flat}](https://example.org "${flat}") ![${flat}](x.png)`, "",
      "```" + flat.replaceAll("`", ""), payload.replaceAll("```", ""), "```", "",
      "+++", "",
    );
  }
  lines.push("```{code-cell}", ":tags: [parameters]", `NAME = ${quoted(one(6))}  # ${oneLine(one(7))}`, "```", "");
  for (const payload of payloads.slice(0, 12)) {
    lines.push("```{code-cell}", `:tags: [${quoted(oneLine(payload))}]`, "%%taegis search", `FROM process WHERE a = '${oneLine(payload)}'`, "```", "");
  }
  lines.push("```{raw-cell}", oneLine(one(8)), "```", "");
  return lines.join("\n");
}

/** The same as Jupyter writes notebooks, with outputs of every kind, and described by a sidecar. */
function jupyterNotebook(payloads) {
  const cells = payloads.flatMap((payload) => [
    { cell_type: "markdown", metadata: {}, source: payload },
    {
      cell_type: "code", execution_count: 1, metadata: { tags: [payload] }, source: `# ${oneLine(payload)}`,
      outputs: [
        { output_type: "stream", name: payload, text: payload },
        { output_type: "error", ename: payload, evalue: payload, traceback: [`\u001b[31m${payload}\u001b[0m`] },
        { output_type: "display_data", metadata: {}, data: { "text/html": `<table><tr><td>${payload}</td></tr></table>` } },
        { output_type: "display_data", metadata: {}, data: { "text/html": payload } },
        { output_type: "display_data", metadata: {}, data: { "text/markdown": payload } },
        { output_type: "display_data", metadata: {}, data: { "image/svg+xml": payload, "text/plain": payload } },
        { output_type: "display_data", metadata: {}, data: { "application/javascript": payload } },
        { output_type: "display_data", metadata: {}, data: { "image/png": payload } },
        { output_type: "execute_result", execution_count: 1, metadata: {}, data: { [payload]: payload } },
      ],
    },
    { cell_type: "raw", metadata: { format: payload }, source: payload },
  ]);
  const kernelspec = { name: "python3", language: "python", display_name: payloads[0] };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 4 });
}

/** A sidecar with a payload in every key that means something. */
const sidecar = (id, payloads) => JSON.stringify({
  id, title: payloads[1], hypothesis: payloads[2], collaborators: payloads.slice(0, 8), platform: payloads[3],
  creation_date: payloads[4], attack_mappings: [{ technique: payloads[5], tactics: [payloads[6]] }],
}).replace(/[\u007f-\u009f\ufeff]/g, " ");

/** A repository of such notebooks: two revisions each, by authors and with messages that attack as well. */
function buildRepository(folder) {
  const git = (environment, ...args) =>
    execFileSync("git", args, { cwd: folder, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "inherit"] });
  mkdirSync(folder, { recursive: true });
  git({}, "init", "--quiet", "--initial-branch=main");
  const ids = [];
  for (let at = 0; at < PAYLOADS.length; at += TOGETHER) {
    const payloads = PAYLOADS.slice(at, at + TOGETHER);
    const id = `attack-${at}`;
    const plain = (text) => oneLine(text).replace(/[<>\n\0]/g, (c) => ({ "<": "\u2039", ">": "\u203a" })[c] ?? " ").trim() || "x";
    // A path holds anything but NUL and slashes; a name in git anything but angle brackets.
    const path = `${id} ${oneLine(payloads[0]).replaceAll("/", "\u2215").slice(0, 60)} '"&.md`;
    mkdirSync(join(folder, `jupyter-${at}`));
    for (const second of ["first", "second"]) {
      writeFileSync(join(folder, path), notebook(id, payloads, second));
      const turned = second === "first" ? payloads : payloads.toReversed();
      writeFileSync(join(folder, `jupyter-${at}`, "notebook.ipynb"), jupyterNotebook(turned));
      writeFileSync(join(folder, `jupyter-${at}`, "metadata.yaml"), sidecar(`jupyter-${at}`, turned));
      const author = { GIT_AUTHOR_NAME: plain(payloads[1 % payloads.length]), GIT_AUTHOR_EMAIL: "a@example.org" };
      const committer = { GIT_COMMITTER_NAME: "C", GIT_COMMITTER_EMAIL: "c@example.org" };
      git({ ...author, ...committer }, "add", "--all");
      const message = join(dirname(folder), "message");
      writeFileSync(message, payloads.map(oneLine).join(" ").replaceAll("\0", " "));
      git({ ...author, ...committer }, "commit", "--quiet", "--cleanup=verbatim", "--file", message);
    }
    ids.push(id, `jupyter-${at}`);
  }
  // One that is broken, for the banner and the list of problems.
  writeFileSync(join(folder, "broken.md"), `---\njupytext: {text_representation: {format_name: myst}}\nhunting: {title: ${PAYLOADS[0]}\n---\n\n# ${PAYLOADS[0]}\n`);
  git({ GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@x", GIT_COMMITTER_NAME: "C", GIT_COMMITTER_EMAIL: "c@x" }, "add", "--all");
  git({ GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@x", GIT_COMMITTER_NAME: "C", GIT_COMMITTER_EMAIL: "c@x" }, "commit", "--quiet", "-m", "Break one");
  return ids;
}

/** What stands on the page that must never: read from the document as the browser made it. */
function harm() {
  const found = [];
  const ours = location.origin;
  for (const script of document.querySelectorAll("script")) {
    if (script.text || !script.src.startsWith(`${ours}/assets/`)) found.push(`script: ${script.outerHTML.slice(0, 200)}`);
  }
  for (const element of document.querySelectorAll("iframe, object, embed, base, meta[http-equiv], link:not([href^='/assets/'])")) {
    found.push(`element: ${element.outerHTML.slice(0, 200)}`);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) found.push(`handler: ${element.outerHTML.slice(0, 200)}`);
      if (name === "style" || name === "srcdoc" || name === "srcset") found.push(`${name}: ${value.slice(0, 100)}`);
      if (["href", "src", "action", "formaction", "xlink:href", "data", "poster", "background"].includes(name)) {
        // As the browser itself reads it.
        const scheme = URL.canParse(value, location.href) ? new URL(value, location.href).protocol : "";
        if (!["http:", "https:", "mailto:", ""].includes(scheme)) found.push(`${name}: ${value.slice(0, 100)}`);
      }
    }
  }
  return found;
}

describe("an attack in every place", () => {
  let folder, server, page, context, complaints, ids;
  const dialogs = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "huntshelf-attacks-"));
    ids = buildRepository(join(folder, "attacks"));
    server = await startServer(join(folder, "attacks"));
    ({ page, context, complaints } = await openPage(server));
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      dialog.dismiss();
    });
  });
  after(async () => {
    await context?.close();
    await closeBrowser();
    server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("meets a collection that is large enough", () => {
    assert.ok(new Set(PAYLOADS).size >= 300, `${PAYLOADS.length} payloads`);
  });

  it("does nothing on any page", async () => {
    const { total } = await server.api("GET", "/procedures?limit=1");
    assert.ok(total >= ids.length, `${total} of ${ids.length} notebooks are in the catalog`);
    const paths = ["/", "/?q=attack&sort=title", "/problems", "/instances", "/admin/repositories"];
    for (const id of ids) {
      const { revisions } = await server.api("GET", `/procedures/${id}/history`);
      const [newest, older] = revisions;
      assert.ok(older, `${id} has two revisions`);
      paths.push(
        `/procedures/${id}`, `/procedures/${id}/report`, `/procedures/${id}/history`, `/procedures/${id}/copy`,
        `/procedures/${id}/at/${older.commit}`, `/procedures/${id}/diff/${older.commit}..${newest.commit}`,
      );
    }
    const some = PAYLOADS.filter((_, at) => at % 20 === 0).map((payload) => encodeURIComponent(payload.replaceAll("\0", " ")));
    paths.push(...some.map((payload) => `/matrix?as=list&q=${payload}&actor=${payload}&tag=${payload}`));
    const harmful = [];
    for (const path of paths) {
      const answer = await page.goto(`${server.base}${path}`);
      assert.equal(answer.status(), 200, path);
      for (const found of await page.evaluate(harm)) harmful.push(`${path}: ${found}`);
    }
    // Words of a payload as a search, as a hunter might paste them.
    for (const payload of PAYLOADS.filter((_, at) => at % 10 === 0)) {
      const path = `/?q=${encodeURIComponent(payload.replaceAll("\0", " "))}`;
      await page.goto(`${server.base}${path}`);
      for (const found of await page.evaluate(harm)) harmful.push(`${path}: ${found}`);
    }
    // A pasted text that is nothing but attacks.
    await page.goto(`${server.base}/coverage`);
    await page.locator("textarea[name=text]").fill(`T1003.001 ${PAYLOADS.join("\nAPT29 ")}`.replaceAll("\0", " "));
    await page.locator("main form button").click();
    await page.waitForSelector("#found");
    for (const found of await page.evaluate(harm)) harmful.push(`/coverage: ${found}`);
    assert.deepEqual(harmful.slice(0, 20), []);
    assert.deepEqual(dialogs, []);
    assert.deepEqual([...new Set(complaints)].slice(0, 20), []);
    console.log(`${PAYLOADS.length} payloads on ${paths.length} pages: all harmless`);
  });
});
