// Proposals of a repository: seen at two widths and in two themes, and a trial copy taken without JavaScript.
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

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "huntshelf-proposals-"));
  const who = ["-c", "user.name=Mira Okafor", "-c", "user.email=mira@example.com"];
  const git = (...args) => execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
  const commit = (message) => {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
  };
  git("init", "--quiet", "--initial-branch=main");
  cpSync(join(TESTS, "..", "catalog", "procedures"), join(folder, "procedures"), { recursive: true });
  commit("The first hunts");
  const text = readFileSync(join(folder, FILE), "utf8");
  git("checkout", "--quiet", "-b", "wider");
  writeFileSync(join(folder, FILE), text.replace(/title: .*/, "title: LSASS memory, wider").replace(/-14d/g, "-30d"));
  commit("Look back thirty days");
  git("mv", FILE, "procedures/lsass.md");
  writeFileSync(join(folder, "procedures/draft.md"), text.replace(/hunting:/, "hunted:"));
  commit("A shorter name, and a draft");
  git("update-ref", "refs/pull/12/head", "HEAD");
  git("checkout", "--quiet", "main");
  git("branch", "--quiet", "-D", "wider");
  const url = JSON.stringify(folder);
  server = await startServer(undefined, `[[repositories]]\nname = "hunts"\nurl = ${url}\nproposals = ["refs/pull/*/head"]\n`);
});

after(async () => {
  await closeBrowser();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    it(`every page of a proposal fits and is read aloud well: ${width} pixels, ${scheme}`, async () => {
      const { page, context, complaints } = await openPage(server, { width, scheme });
      const pages = {
        proposals: "/proposals",
        proposal: "/proposals/hunts/12",
        "proposal-read": "/proposals/hunts/12/read?path=procedures/lsass.md",
        "proposal-report": "/proposals/hunts/12/report?path=procedures/lsass.md",
      };
      const wrong = [];
      for (const [name, path] of Object.entries(pages)) {
        const answer = await page.goto(`${server.base}${path}`);
        if (answer.status() !== 200) wrong.push(`${name}: ${answer.status()}`);
        wrong.push(...(await lookAt(page, name, width, scheme)));
      }
      await context.close();
      assert.deepEqual([...wrong, ...complaints], []);
    });
  }
}

describe("without JavaScript", () => {
  it("a proposal is found from the changes, and a trial copy of it taken", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}/changes`);
    await page.click("main >> text=Proposals");
    await page.click("text=A shorter name");
    assert.equal(await page.locator("strong:text-is('Not on main')").count(), 1);
    const form = page.locator(".proposed:has-text('LSASS memory, wider') form.trial");
    await form.locator("select").selectOption({ index: 1 });
    const [download] = await Promise.all([page.waitForEvent("download"), form.locator("button").click()]);
    assert.match(download.suggestedFilename(), /^TRIAL-lsass_mock_.*\.ipynb$/);
    const copy = JSON.parse(readFileSync(await download.path(), "utf8"));
    assert.match(copy.cells[0].source.toString(), /Trial copy of proposal 12, not on main/);
    await context.close();
    assert.deepEqual(complaints, []);
  });
});
