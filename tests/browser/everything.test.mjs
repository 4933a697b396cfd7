// A procedure that holds every directive and role, as a hunter reads it and as the customer will.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TESTS, closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

describe("a procedure with everything", () => {
  let folder, server;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "huntshelf-everything-"));
    const repository = join(folder, "everything");
    cpSync(join(TESTS, "browser", "everything"), repository, { recursive: true });
    const git = (...args) => execFileSync("git", args, { cwd: repository, stdio: ["ignore", "pipe", "inherit"] });
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "-m", "Show everything");
    server = await startServer(repository);
  });
  after(async () => {
    await closeBrowser();
    server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const scheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      it(`is read in both views at ${width} pixels, ${scheme}`, async () => {
        const { page, context, complaints } = await openPage(server, { width, scheme });
        const wrong = [];
        for (const [name, path] of [["everything", "/procedures/everything"], ["everything-report", "/procedures/everything/report"]]) {
          assert.equal((await page.goto(`${server.base}${path}`)).status(), 200);
          const pictures = page.locator("article img");
          for (const picture of await pictures.all()) await picture.scrollIntoViewIfNeeded();
          await page.waitForFunction(() => [...document.querySelectorAll("article img")].every((each) => each.naturalWidth > 0));
          wrong.push(...(await lookAt(page, name, width, scheme)));
        }
        await context.close();
        assert.deepEqual([...wrong, ...complaints], []);
      });
    }
  }
});
