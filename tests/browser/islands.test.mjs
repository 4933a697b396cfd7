// What the islands add: results while typing, the theme without a reload.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AXE, closeBrowser, openPage, startServer } from "./huntshelf.mjs";

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
    await page.locator("#q").pressSequentially("lsass", { delay: 20 });
    await page.waitForURL((url) => url.searchParams.get("q") === "lsass");
    await page.locator("#results").getByRole("link", { name: title }).first().waitFor();
    assert.notEqual(await titles(), before);
    assert.equal(await page.evaluate(() => window.notReloaded), true, "the page was reloaded");
  });

  it("offer what the word at the cursor can become, by keyboard", async () => {
    await openCatalog(server, page);
    const box = page.getByRole("combobox", { name: "Search procedures" });
    const list = page.getByRole("listbox", { name: "Suggestions" });
    const place = await page.locator("#results").boundingBox();
    await box.pressSequentially("technique:lsa", { delay: 10 });
    const option = list.getByRole("option", { name: /T1003\.001/ });
    await option.waitFor();
    assert.ok((await list.getByRole("option").count()) <= 8);
    assert.equal((await page.locator("#results").boundingBox()).y, place.y, "the page does not jump");
    assert.equal(await box.getAttribute("aria-expanded"), "true");
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(violations.map(({ id, help }) => `${id}: ${help}`), []);
    await page.keyboard.press("ArrowDown");
    assert.equal(await box.getAttribute("aria-activedescendant"), "suggestion-0");
    await page.keyboard.press("Tab");
    assert.equal(await box.inputValue(), "technique:T1003.001 ");
    await page.waitForURL((url) => url.searchParams.get("q")?.trim() === "technique:T1003.001");
    assert.equal(await list.isVisible(), false);
    assert.equal(await page.evaluate(() => window.notReloaded), true, "the page was reloaded");

    // Escape closes the list first, then clears; Enter without a choice searches for what is typed.
    await box.fill("cred");
    await list.waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await list.isVisible(), false);
    assert.equal(await box.inputValue(), "cred");
    await page.keyboard.press("Escape");
    assert.equal(await box.inputValue(), "");
    await box.pressSequentially("cred", { delay: 10 });
    await list.waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("q") === "cred");
  });

  it("open a procedure that was chosen by its title", async () => {
    await openCatalog(server, page);
    const [{ title }] = (await server.api("GET", "/procedures?q=lsass&limit=1")).items;
    await page.locator("#q").pressSequentially(title.slice(0, 12), { delay: 10 });
    const option = page.getByRole("option").filter({ hasText: title });
    await option.click();
    await page.waitForURL((url) => url.pathname.startsWith("/procedures/"));
    await page.getByRole("heading", { level: 1, name: title }).first().waitFor();
  });

  it("listen to keys while nobody types", async () => {
    await openCatalog(server, page);
    const focused = () => page.evaluate(() => document.activeElement.closest(".result h2") && document.activeElement.href);
    const links = await page.locator("#results .result h2 a").evaluateAll((all) => all.map((each) => each.href));
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), links[1]);
    await page.keyboard.press("k");
    assert.equal(await focused(), links[0]);
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.waitFor();
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(violations.map(({ id, help }) => `${id}: ${help}`), []);
    await page.keyboard.press("j");
    await page.keyboard.press("Escape");
    assert.equal(await dialog.isVisible(), false);
    await page.getByRole("button", { name: "Keys" }).click();
    await dialog.getByRole("button", { name: "Close" }).click();
    assert.equal(await dialog.isVisible(), false);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("j");
    assert.equal(await focused(), links[0], "the focus comes back");
    await page.keyboard.press("/");
    await page.keyboard.type("gm?");
    assert.equal(await page.locator("#q").inputValue(), "gm?");
    await page.goto(`${server.base}/about`);
    await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await page.waitForURL((url) => url.pathname === "/matrix");
    await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.waitForURL((url) => url.pathname === "/");
    await page.locator("html[data-islands=awake]").waitFor({ state: "attached" });
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname.startsWith("/procedures/"));
  });

  it("keep the parts of a query in step with what is typed", async () => {
    await openCatalog(server, page);
    await page.locator("#q").pressSequentially("lsass -tag:nothing", { delay: 5 });
    await page.getByRole("list", { name: "The query, part by part" }).getByRole("link", { name: /not tag nothing/i }).click();
    await page.waitForURL((url) => url.searchParams.get("q") === "lsass");
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
