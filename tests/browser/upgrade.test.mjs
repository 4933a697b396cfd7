// A copy taken to a newer revision: its preview looked at in both widths and themes, and gone through without JavaScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TESTS, closeBrowser, lookAt, openPage, startServer, tabTo } from "./huntshelf.mjs";

const FILE = "procedures/win-kerberoasting.md";
let folder;
let server;
let copy;
let notebook;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "huntshelf-upgrade-"));
  const who = ["-c", "user.name=Mira Okafor", "-c", "user.email=mira@example.com"];
  const git = (...args) => execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
  const commit = (message) => {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
  };
  git("init", "--quiet", "--initial-branch=main");
  cpSync(join(TESTS, "..", "catalog", "procedures"), join(folder, "procedures"), { recursive: true });
  commit("The first hunts");
  server = await startServer(folder);
  const { items } = await server.api("GET", "/procedures?q=path:win-kerberoasting");
  const place = `/procedures/${encodeURIComponent(items[0].id)}`;
  const { tenants } = await server.api("GET", "/tenants");
  const made = await server.api("POST", `${place}/instances`, { tenants: [tenants[0].id], window: { last: "7d" }, hold: "writes" });
  copy = made.instances[0].id;
  const text = readFileSync(join(folder, FILE), "utf8");
  const closing = text.lastIndexOf("\n```{code-cell}");
  const said = "\n+++\n\nLook at the hosts with the most tickets first.\n\n+++\n";
  writeFileSync(join(folder, FILE), `${text.slice(0, closing)}${said}${text.slice(closing)}`.replace("'4769'", "'4769' AND source_user_name != 'svc_backup'"));
  commit("Leave the service accounts out");
  await server.api("POST", `/repos/${encodeURIComponent(items[0].repo)}/sync`);
  // As a hunter leaves it: run, words added, a query and what was filled in altered, a cell taken out.
  notebook = await fetch(`${server.base}/api/v1/instances/${copy}/notebook.ipynb`, {
    headers: { authorization: `Bearer ${server.token}` },
  }).then((answer) => answer.json());
  for (const cell of notebook.cells.filter((cell) => cell.cell_type === "code")) {
    cell.execution_count = 1;
    cell.outputs = [{ output_type: "stream", name: "stdout", text: ["an output"] }];
  }
  const query = notebook.cells.find((cell) => cell.source.join("").includes("%%taegis"));
  query.source.push("\n| where host != 'dc01'");
  const input = notebook.cells.find((cell) => cell.metadata.tags?.includes("analyst_input"));
  input.source = ["Covered 4 of 5 controllers, one sweep by the scanner."];
  const prose = notebook.cells.findLast((cell) => cell.cell_type === "markdown");
  prose.source.push("\n\nNothing here but the backup.");
  notebook.cells.splice(4, 0, { cell_type: "code", id: "mine", metadata: {}, execution_count: 2, outputs: [], source: ["print('a look of my own')"] });
  notebook.cells.push({ cell_type: "markdown", id: "note", metadata: {}, source: ["Ask the owners of the two hosts."] });
  writeFileSync(join(folder, "worked.ipynb"), JSON.stringify(notebook));
});

after(async () => {
  await closeBrowser();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("without JavaScript", () => {
  it("a hunter brings a notebook, looks, chooses and has the new copy", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}/instances/${copy}`);
    await page.click("text=Upgrade this copy");
    assert.match(await page.textContent("main"), /No notebook came back for this copy/);
    await page.click("summary:has-text('Bring a notebook')");
    await page.setInputFiles("input[name=file]", join(folder, "worked.ipynb"));
    await page.click("text=Bring it, and look");
    const said = await page.textContent("section[aria-labelledby=mine]");
    for (const words of ["Nothing here but the backup.", "Ask the owners", "a look of my own", "dc01", "Covered 4 of 5"]) assert.ok(said.includes(words), `${words}: ${said}`);
    const choices = page.locator("input[name=apply]");
    assert.equal(await choices.count(), 2);
    // With the keyboard alone: to the first choice, then to the button.
    const began = Date.now();
    let keys = await tabTo(page, choices);
    await page.keyboard.press("Space");
    keys += 1 + (await tabTo(page, page.locator("button[value=make]")));
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Upgraded from");
    console.log(`a copy is upgraded with ${keys + 1} keys, in ${((Date.now() - began) / 1000).toFixed(1)} s`);
    const id = new URL(page.url()).pathname.split("/").at(-1);
    const text = await fetch(`${server.base}/api/v1/instances/${id}/notebook.ipynb`, {
      headers: { authorization: `Bearer ${server.token}` },
    }).then((answer) => answer.text());
    for (const words of ["Nothing here but the backup.", "Ask the owners", "a look of my own", "dc01", "Covered 4 of 5", "svc_backup"]) assert.ok(text.includes(words), words);
    assert.ok(!text.includes("an output"));
    await page.click("text=Verify it");
    await page.waitForSelector("text=The copy is what it says.");
    assert.match(await page.textContent("table.rows"), /carried over from an older copy/);
    await page.goto(`${server.base}/instances/${copy}`);
    assert.match(await page.textContent("main"), /Upgraded to a newer copy/);
    await context.close();
    assert.deepEqual(complaints, []);
  });
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    it(`the preview fits and is read aloud well: ${width} pixels, ${scheme}`, async () => {
      const { page, context, complaints } = await openPage(server, { width, scheme });
      const wrong = [];
      for (const [name, path] of [["upgrade-preview", `/instances/${copy}/upgrade`], ["upgraded-copy", `/instances/${copy}`], ["proposal", `/instances/${copy}/propose`]]) {
        const answer = await page.goto(`${server.base}${path}`);
        if (answer.status() !== 200) wrong.push(`${name}: ${answer.status()}`);
        wrong.push(...(await lookAt(page, name, width, scheme)));
      }
      await context.close();
      assert.deepEqual([...wrong, ...complaints], []);
    });
  }
}
