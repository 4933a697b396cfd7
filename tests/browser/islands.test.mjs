// What the islands add: results while typing, the theme without a reload.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { closeBrowser, openPage, startServer } from "./huntshelf.mjs";

/** Opens the catalog and waits until the islands are awake: before that the page is one without JavaScript. */
async function openCatalog(server, page) {
  await page.goto(`${server.base}/`);
  await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
  await page.evaluate(() => { window.notReloaded = true; });
}

describe("the islands", () => {
  let server, page, context, complaints;

  before(async () => {
    server = await startServer();
    ({ page, context, complaints } = await openPage(server));
    await openCatalog(server, page);
  });
  after(async () => {
    await context?.close();
    await closeBrowser();
    server?.stop();
  });

  it("are on the page, and each is an export of the bundle", async () => {
    const named = await page.locator("leptos-island").evaluateAll((all) => all.map((each) => each.dataset.component));
    assert.ok(named.length >= 2, `islands: ${named}`);
    const scripts = await page.locator("script[src]").evaluateAll((all) => all.map((each) => each.src));
    assert.ok(scripts.length >= 1, "a module starts them");
    const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map((each) => each.name));
    const modules = [...new Set([...scripts, ...loaded.filter((name) => /\.js(\?|$)/.test(name))])];
    const texts = await Promise.all(
      modules.map((url) => fetch(url, { headers: { authorization: `Bearer ${server.token}` } }).then((a) => a.text())),
    );
    for (const name of named) assert.ok(texts.some((text) => text.includes(name)), `${name} is exported`);
    assert.ok(loaded.some((name) => name.endsWith(".wasm")), `the module was loaded: ${loaded}`);
  });

  it("update the results while one types, without a reload", async () => {
    await openCatalog(server, page);
    const titles = () => page.locator("#results").innerText();
    const before = await titles();
    const [{ title }] = (await server.api("GET", "/procedures?q=lsass&limit=1")).items;
    await page.getByRole("searchbox", { name: "Search procedures" }).pressSequentially("lsass", { delay: 20 });
    await page.waitForURL((url) => url.searchParams.get("q") === "lsass");
    await page.locator("#results").getByRole("link", { name: title }).first().waitFor();
    assert.notEqual(await titles(), before);
    assert.equal(await page.evaluate(() => window.notReloaded), true, "the page was reloaded");
  });

  it("change the theme without a reload, and the server keeps to it", async () => {
    await openCatalog(server, page);
    for (const theme of ["dark", "light"]) {
      await page.locator(`button[name=theme][value=${theme}]`).first().click();
      await page.locator(`html[data-theme=${theme}]`).waitFor({ state: "attached" });
      assert.equal(await page.evaluate(() => window.notReloaded), true, "the page was reloaded");
    }
    await page.reload();
    await page.locator("html[data-theme=light]").waitFor({ state: "attached" });
  });

  it("take a cell's code to the clipboard", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const [{ id }] = (await server.api("GET", "/procedures?q=lsass&limit=1")).items;
    await page.goto(`${server.base}/procedures/${encodeURIComponent(id)}`);
    await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
    const { cells } = await server.api("GET", `/procedures/${encodeURIComponent(id)}`);
    const { index, source } = cells.find((cell) => cell.source.startsWith("%%taegis"));
    await page.getByRole("button", { name: `Copy cell ${index}`, exact: true }).click();
    await page.getByRole("status").getByText("Copied").waitFor({ state: "attached" });
    assert.equal((await page.evaluate(() => navigator.clipboard.readText())).trimEnd(), source.trimEnd());
  });

  it("met no error on the console and no report of the security policy", () => {
    assert.deepEqual(complaints, []);
  });
});
