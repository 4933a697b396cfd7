// Two revisions compared: seen at two widths and in two themes, in every view, and read without JavaScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TESTS, closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

const FILE = "procedures/win-lsass-handle-access.md";
let folder;
let server;
let compared;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "huntshelf-diff-"));
  const who = ["-c", "user.name=Mira Okafor", "-c", "user.email=mira@example.com"];
  const git = (...args) => execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
  const commit = (message) => {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet", "--initial-branch=main");
  cpSync(join(TESTS, "..", "catalog", "procedures"), join(folder, "procedures"), { recursive: true });
  const from = commit("The first hunts");
  const text = readFileSync(join(folder, FILE), "utf8");
  const id = text.match(/^ +id: (.*)$/m)[1];
  const changed = text.replace(/title: .*/, "title: LSASS memory, wider").replace(/-14d|-7d/g, "-30d");
  writeFileSync(join(folder, FILE), `${changed}\n## What we learnt\n\nBackup agents open it, too.\n`);
  const to = commit("Look back thirty days");
  compared = `/procedures/${id}/diff/${from}..${to}`;
  server = await startServer(folder);
});

after(async () => {
  await closeBrowser();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    it(`every view of a comparison fits and is read aloud well: ${width} pixels, ${scheme}`, async () => {
      const { page, context, complaints } = await openPage(server, { width, scheme });
      const views = { diff: "", "diff-inline": "?view=inline", "diff-read": "?prose=read", "diff-text": "?view=text" };
      const wrong = [];
      for (const [name, view] of Object.entries({ ...views, "diff-all": "?all=1" })) {
        const answer = await page.goto(`${server.base}${compared}${view}`);
        if (answer.status() !== 200) wrong.push(`${name}: ${answer.status()}`);
        wrong.push(...(await lookAt(page, name, width, scheme)));
      }
      await context.close();
      assert.deepEqual([...wrong, ...complaints], []);
    });
  }
}

describe("without JavaScript", () => {
  it("the views are links, and what is unchanged is folded", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}${compared}`);
    assert.ok((await page.locator(".unchanged details:not([open])").count()) > 0);
    assert.match(await page.locator(".fields-compared").innerText(), /hunting\.title[\s\S]*LSASS memory, wider/);
    await page.click("text=Inline");
    assert.equal(new URL(page.url()).search, "?view=inline");
    await page.click("text=Prose as read");
    assert.equal(await page.locator(".prose-compared h2:has-text('What we learnt')").count(), 1);
    await page.click("text=Show what is unchanged");
    assert.equal(await page.locator(".unchanged details:not([open])").count(), 0);
    await page.click("text=Swap sides");
    assert.equal(await page.locator(".cell-compared.removed").count(), 1);
    await context.close();
    assert.deepEqual(complaints, []);
  });
});
