// Who changed what, and what was lost: seen at two widths and in two themes, and found without JavaScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TESTS, closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

const LSASS = "win-lsass-handle-access";
const LOST = "win-encoded-powershell";
let folder;
let server;
let first;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "huntshelf-blame-"));
  let day = 0;
  const git = (who, ...args) => {
    const when = `${1_700_000_000 + day * 86_400} +0100`;
    const env = { ...process.env, GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: when };
    const person = ["-c", `user.name=${who}`, "-c", `user.email=${who.split(" ")[0].toLowerCase()}@example.com`];
    return execFileSync("git", [...person, ...args], { cwd: folder, encoding: "utf8", env }).trim();
  };
  const commit = (who, days, message) => {
    day += days;
    git(who, "add", "--all");
    git(who, "commit", "--quiet", "--message", message);
    return git(who, "rev-parse", "HEAD");
  };
  const edit = (id, change) => {
    const path = join(folder, "procedures", `${id}.md`);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  };
  git("Ana Duarte", "init", "--quiet", "--initial-branch=main");
  cpSync(join(TESTS, "..", "catalog", "procedures"), join(folder, "hunts"), { recursive: true });
  first = commit("Ana Duarte", 0, "The first hunts");
  git("Ana Duarte", "mv", "hunts", "procedures");
  commit("Ana Duarte", 30, "Sort the hunts");
  edit(LSASS, (text) => text.replace(/-14d/g, "-30d"));
  commit(
    "Jonas Weber",
    200,
    "Look back thirty days\n\nFourteen missed the second visit of the September engagement:\n- the first dump was two weeks old\n- the second came after we had left\n\nCo-authored-by: Mira Okafor <mira@example.com>",
  );
  edit(LSASS, (text) => text.replace(/^## .*$/m, "## Why this hunt, and when"));
  commit("Mira Okafor", 300, "Say when to run it");
  edit(LOST, (text) => text.replace(/^hunting:\n(?:[ \t].*\n|\n)*/m, "").replace(/^ *notebook_metadata_filter:.*\n/m, ""));
  commit("Jonas Weber", 20, "Save it in Jupyter");
  server = await startServer(folder);
});

after(async () => {
  await closeBrowser();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    it(`who changed what fits and is read aloud well: ${width} pixels, ${scheme}`, async () => {
      const { page, context, complaints } = await openPage(server, { width, scheme });
      const pages = {
        blame: `/procedures/${LSASS}/blame`,
        "blame-cell": `/procedures/${LSASS}/blame?cell=metadata`,
        "blame-lines": `/procedures/${LSASS}/blame?cell=all`,
        "blame-past": `/procedures/${LSASS}/blame?at=${first}`,
        "history-messages": `/procedures/${LSASS}/history`,
        "procedure-lost": `/procedures/${LOST}`,
        "procedure-old": `/procedures/${LSASS}/at/${first}`,
      };
      const wrong = [];
      for (const [name, path] of Object.entries(pages)) {
        const answer = await page.goto(`${server.base}${path}`);
        if (answer.status() !== 200) wrong.push(`${name}: ${answer.status()}`);
        // What is folded is looked at too.
        await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => (one.open = true)));
        wrong.push(...(await lookAt(page, name, width, scheme)));
      }
      await context.close();
      assert.deepEqual([...wrong, ...complaints], []);
    });
  }
}

describe("without JavaScript", () => {
  it("one gets from a cell to who changed it, to its lines, and to what that changed", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}/procedures/${LSASS}`);
    await page.locator(".cell .blame").first().click();
    assert.match(page.url(), /\/blame\?cell=0#cell-0$/);
    assert.equal(await page.locator("#cell-0 .blame-lines").count(), 1);
    await page.click("text=Every line");
    assert.ok((await page.locator(".blame-lines .text").count()) > 100);
    await page.click("text=By cell");
    await page.locator(".blame-group >> text=Look back thirty days").first().click();
    assert.match(page.url(), /\/diff\?to=[0-9a-f]{40}$/);
    await page.goto(`${server.base}/procedures/${LSASS}/history`);
    const message = page.locator(".message", { hasText: "Fourteen missed" });
    await message.locator("summary").click();
    assert.ok(await message.locator("text=the second came after we had left").isVisible());
    assert.equal(await page.locator("main >> text=Co-authored-by").count(), 0);
    await context.close();
    assert.deepEqual(complaints, []);
  });

  it("what was lost is shown with the patch that brings it back", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}/procedures/${LOST}`);
    const link = page.locator("text=The patch that restores it");
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    assert.equal(download.suggestedFilename(), `restore-${LOST}.md.patch`);
    const patch = await download.path();
    execFileSync("git", ["apply", "--check", patch], { cwd: folder });
    const command = await page.locator(".notice pre").innerText();
    assert.equal(command.trim(), `git apply restore-${LOST}.md.patch`);
    await page.click("text=What it said last");
    assert.ok(await page.locator(".notice dt:has-text('attack_technique_ids')").isVisible());
    await context.close();
    assert.deepEqual(complaints, []);
  });
});
