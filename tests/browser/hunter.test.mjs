// What a hunter does, with and without JavaScript: search by technique, open, read the history, compare two
// revisions, take a copy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { closeBrowser, openPage, startServer } from "./huntshelf.mjs";

let server;
let procedure;

before(async () => {
  server = await startServer();
  // One with a past worth reading, for a tenant, found by a technique of its own.
  const { items } = await server.api("GET", "/procedures?service=taegis&limit=100");
  const all = items.length ? items : (await server.api("GET", "/procedures?limit=100")).items;
  let most = 0;
  for (const item of all.filter((each) => each.techniques.length)) {
    const { revisions } = await server.api("GET", `/procedures/${encodeURIComponent(item.id)}/history`);
    if (revisions.length > most) [most, procedure] = [revisions.length, { ...item, revisions }];
  }
  assert.ok(most >= 2, "no procedure has two revisions");
});

after(async () => {
  await closeBrowser();
  server?.stop();
});

for (const javaScript of [true, false]) {
  describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    let page, context, complaints;

    before(async () => {
      ({ page, context, complaints } = await openPage(server, { javaScript }));
    });
    after(() => context?.close());

    it("searches by technique", async () => {
      await page.goto(`${server.base}/`);
      const box = page.locator("#q");
      await box.fill(`technique:${procedure.techniques[0].id}`);
      await box.press("Enter");
      await page.waitForURL((url) => (url.searchParams.get("q") ?? "").includes(procedure.techniques[0].id));
      await page.locator("#results").getByRole("link", { name: procedure.title }).first().waitFor();
    });

    it("opens the procedure", async () => {
      await page.locator("#results").getByRole("link", { name: procedure.title }).first().click();
      await page.waitForURL((url) => decodeURIComponent(url.pathname) === `/procedures/${procedure.id}`);
      await page.getByRole("heading", { level: 1, name: procedure.title }).first().waitFor();
      const text = await page.locator("main").innerText();
      assert.ok(text.includes(procedure.techniques[0].id), "its technique is on the page");
      const { cells } = await server.api("GET", `/procedures/${encodeURIComponent(procedure.id)}`);
      const code = cells.find((cell) => /code/.test(cell.kind ?? cell.cell_type) && cell.source.trim());
      for (const line of code.source.split("\n").filter((each) => each.trim()).slice(0, 3)) {
        assert.ok(text.includes(line.trim()), `${line} is on the page`);
      }
    });

    it("reads its history", async () => {
      await page.getByRole("link", { name: "History", exact: true }).first().click();
      await page.waitForURL(/\/history/);
      const text = await page.locator("main").innerText();
      for (const revision of procedure.revisions.slice(0, 3)) {
        assert.ok(text.includes(revision.subject), `${revision.subject} is on the page`);
        assert.ok(text.includes(revision.author.name), `${revision.author.name} is on the page`);
      }
    });

    it("compares two revisions", async () => {
      const [newest, before] = procedure.revisions;
      await page.locator(`input[name=from][value="${before.commit}"]`).check();
      await page.locator(`input[name=to][value="${newest.commit}"]`).check();
      await page.getByRole("button", { name: "Compare" }).click();
      await page.waitForURL(/\/diff/);
      await page.getByRole("heading", { name: "What differs" }).waitFor();
      const same = await page.getByText("The same text").count();
      const lines = await page.locator("table.diff tr.differs, table.fields-compared tbody tr").count();
      assert.ok(lines > 0 || same > 0, "the difference is on the page");
      assert.ok(lines > 0 || newest.status === "renamed", "only a plain rename changes no line");
    });

    it("takes a copy for a tenant and downloads it", async () => {
      await page.goto(`${server.base}/procedures/${encodeURIComponent(procedure.id)}`);
      await page.getByRole("link", { name: "Take a copy" }).first().click();
      await page.waitForURL(/\/copy/);
      await page.getByRole("checkbox", { name: /Fabrikam Production/ }).check();
      await page.getByRole("button", { name: "Make the copies" }).click();
      await page.getByRole("heading", { name: "One copy made" }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download", exact: true }).click(),
      ]);
      assert.match(download.suggestedFilename(), /_mock_0145483\.ipynb$/);
      const notebook = JSON.parse(readFileSync(await download.path(), "utf8"));
      const injected = notebook.cells.find((cell) => cell.metadata.tags?.includes("injected-parameters"));
      assert.match([injected.source].flat().join(""), /= ["']0145483["']/);
    });

    it("makes a zip for several tenants", async () => {
      await page.goto(`${server.base}/procedures/${encodeURIComponent(procedure.id)}/copy`);
      await page.getByRole("checkbox", { name: /Fabrikam Production/ }).check();
      await page.getByRole("checkbox", { name: /Fabrikam Test/ }).check();
      await page.getByRole("button", { name: "Make the copies" }).click();
      await page.getByRole("heading", { name: "2 copies made" }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: /zip/ }).click(),
      ]);
      assert.match(download.suggestedFilename(), /\.zip$/);
    });

    it("narrows by a facet and goes back", async () => {
      await page.goto(`${server.base}/`);
      const link = page.locator('a[href*="tactic="]').first();
      await link.click();
      await page.waitForURL((url) => url.searchParams.has("tactic"));
      await page.goBack();
      await page.waitForURL((url) => !url.searchParams.has("tactic"));
    });

    it("says what is not there, and the way out", async () => {
      const answer = await page.goto(`${server.base}/procedures/no-such-procedure`);
      assert.equal(answer.status(), 404);
      await page.locator('main a[href="/"]').first().waitFor();
      // The browser itself reports the 404 of the page on the console.
      const own = complaints.findIndex((complaint) => /404.*no-such-procedure/.test(complaint));
      if (own >= 0) complaints.splice(own, 1);
    });

    it("met no error on the console and no report of the security policy", () => {
      assert.deepEqual(complaints, []);
    });
  });
}
