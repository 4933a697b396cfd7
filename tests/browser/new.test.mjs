// A new procedure: the form seen at two widths and in two themes, and filled in without JavaScript down to a branch.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { TESTS, closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

let folder;
let server;
let git;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "huntshelf-new-"));
  const who = ["-c", "user.name=Mira Okafor", "-c", "user.email=mira@example.com"];
  git = (...args) => execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
  git("init", "--quiet", "--initial-branch=main");
  cpSync(join(TESTS, "..", "catalog", "procedures"), join(folder, "procedures"), { recursive: true });
  git("add", "--all");
  git("commit", "--quiet", "--message", "The first hunts");
  const config = `[[repositories]]\nname = "hunts"\nurl = ${JSON.stringify(folder)}\nglobs = ["procedures/*.md"]\npush = true\n`;
  server = await startServer(undefined, config);
});

after(async () => {
  await closeBrowser();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    it(`the form fits and is read aloud well: ${width} pixels, ${scheme}`, async () => {
      const { page, context, complaints } = await openPage(server, { width, scheme });
      const wrong = [];
      await page.goto(`${server.base}/new?title=Run%20keys&technique=T1547.001`);
      wrong.push(...(await lookAt(page, "new", width, scheme)));
      await page.getByRole("button", { name: "Make the text" }).click();
      wrong.push(...(await lookAt(page, "new-made", width, scheme)));
      await page.fill("[name=title]", "");
      await page.locator("form.new").evaluate((form) => (form.noValidate = true));
      await page.getByRole("button", { name: "Make the text" }).click();
      wrong.push(...(await lookAt(page, "new-wrong", width, scheme)));
      await context.close();
      // An answer that refuses is told by the browser, too.
      assert.deepEqual([...wrong, ...complaints.filter((one) => !/422/.test(one))], []);
    });
  }
}

it("without JavaScript a procedure is begun, looked at, taken along and taken to a branch", async () => {
  const { page, context } = await openPage(server, { javaScript: false });
  await page.goto(`${server.base}/`);
  await page.getByRole("link", { name: "New procedure" }).click();
  await page.fill("[name=title]", "Run keys that nobody installed");
  await page.fill("#new-technique", "T1547.001");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  assert.ok(await page.locator("input[name=technique][value='T1547.001']").isChecked());
  await page.getByRole("button", { name: "Make the text" }).click();
  assert.match(await page.textContent("main"), /Lint finds nothing in it/);
  const text = await page.inputValue("[name=source]");
  await page.fill("[name=source]", text.replace("## Findings", "## Findings\n\n# Another title"));
  await page.getByRole("button", { name: "Look at it" }).click();
  assert.match(await page.textContent("main"), /title-twice/);
  await page.fill("[name=source]", text);
  const button = page.getByRole("button", { name: "Download" });
  const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
  assert.equal(file.suggestedFilename(), "run-keys-that-nobody-installed.md");
  assert.equal(readFileSync(await file.path(), "utf8").trim(), text.trim());
  await page.getByRole("button", { name: "Take to a branch" }).click();
  assert.match(await page.textContent("[role=status]"), /is at the remote of hunts/);
  const branch = "huntshelf/new/run-keys-that-nobody-installed";
  assert.equal(git("diff", "--name-only", "main", branch), "procedures/run-keys-that-nobody-installed.md");
  await context.close();
});

it("lint looks at the text as one writes, and says how much it finds", async () => {
  const { page, context, complaints } = await openPage(server);
  await page.goto(`${server.base}/new?title=Run%20keys&technique=T1547.001`);
  await page.getByRole("button", { name: "Make the text" }).click();
  await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
  const text = await page.inputValue("[name=source]");
  await page.fill("[name=source]", text.replace("## Findings", "## Findings\n\n# Another title"));
  await page.locator("#lint").getByRole("link", { name: "title-twice" }).waitFor();
  assert.match(await page.locator(".live-lint > [role=status]").textContent(), /^Lint: /);
  await page.fill("[name=source]", text);
  await page.locator("#lint").getByText("Lint finds nothing in it").waitFor();
  // A server that does not answer leaves nothing of what it said of another text.
  await page.route("**/new", (route) => route.fulfill({ status: 503, body: "" }));
  await page.locator("[name=source]").press("Enter");
  await page.locator("#lint").getByText("press the button").waitFor();
  await page.unroute("**/new");
  await context.close();
  assert.deepEqual(complaints.filter((one) => !/503/.test(one)), []);
});
