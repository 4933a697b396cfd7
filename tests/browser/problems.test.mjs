// What is wrong with the files of a repository: seen at two widths and in two themes, narrowed and mended without JavaScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { TESTS, closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

let folder;
let server;
let git;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "huntshelf-problems-"));
  const who = ["-c", "user.name=Mira Okafor", "-c", "user.email=mira@example.com"];
  git = (...args) => execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
  git("init", "--quiet", "--initial-branch=main");
  cpSync(join(TESTS, "..", "catalog", "procedures"), join(folder, "procedures"), { recursive: true });
  const files = readdirSync(join(folder, "procedures")).filter((name) => name.endsWith(".md"));
  const breaks = [
    (text) => `${text}\n\`\`\`{code-cell} ipython3\nprint(nowhere_defined)\n\`\`\`\n`,
    (text) => text.replaceAll("remove_cell", "remove_cel"),
    (text) => text.replace(/hunting:\n/, "hunting: [\n"),
  ];
  breaks.forEach((broken, at) => {
    const path = join(folder, "procedures", files[at]);
    const text = readFileSync(path, "utf8");
    assert.ok(broken(text) !== text, files[at]);
    writeFileSync(path, broken(text));
  });
  git("add", "--all");
  git("commit", "--quiet", "--message", "Hunts, three of them broken");
  server = await startServer(undefined, `[[repositories]]\nname = "hunts"\nurl = ${JSON.stringify(folder)}\n`);
});

after(async () => {
  await closeBrowser();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    it(`problems and rules fit and are read aloud well: ${width} pixels, ${scheme}`, async () => {
      const { page, context, complaints } = await openPage(server, { width, scheme });
      const pages = {
        "problems-found": "/problems",
        "problems-of-a-rule": "/problems?rule=tag-misspelt",
        "problems-nothing": "/problems?rule=no-such-rule",
        rules: "/lint",
        rule: "/lint/tag-misspelt",
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

it("without JavaScript problems are narrowed to a rule, whose page explains it, and mended by a patch", async () => {
  const { page, context, complaints } = await openPage(server, { javaScript: false });
  await page.goto(`${server.base}/problems`);
  const all = await page.locator(".file-problems").count();
  await page.selectOption("select[name=rule]", "tag-misspelt");
  await page.click("text=Show");
  assert.equal(await page.locator(".file-problems").count(), 1);
  assert.ok(all > 1, `${all}`);
  await page.locator(".diagnostic .where a >> text=tag-misspelt").first().click();
  assert.equal(await page.textContent("h1"), "A tag that nearly is one that does something");
  await page.goto(`${server.base}/problems?repo=hunts`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Patch for hunts")]);
  const patch = join(folder, "..", "mending.patch");
  await download.saveAs(patch);
  git("apply", patch);
  assert.match(git("diff", "--stat"), /1 file changed/);
  git("checkout", "--quiet", "--", ".");
  rmSync(patch);
  await context.close();
  assert.deepEqual(complaints, []);
});
