// The technique facet as a tree: by keyboard, with and without JavaScript.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

let server;

before(async () => {
  server = await startServer();
});

after(async () => {
  await closeBrowser();
  server?.stop();
});

for (const javaScript of [true, false]) {
  it(`sub-techniques unfold under their parent ${javaScript ? "with" : "without"} JavaScript`, async () => {
    const { page, context, complaints } = await openPage(server, { javaScript });
    await page.goto(`${server.base}/`);
    const facet = page.locator("section[aria-labelledby=facet-technique-title]");
    const tree = facet.locator("details.parts").first();
    const part = tree.locator("li a").first();
    assert.equal(await part.isVisible(), false, "folded");
    await tree.locator("summary").focus();
    await page.keyboard.press("Enter");
    await part.waitFor({ state: "visible" });
    const id = (await part.innerText()).split(/\s/)[0];
    assert.match(id, /^T\d{4}\.\d{3}$/);
    const parent = await tree.locator("xpath=..").locator("> a").innerText();
    assert.ok(parent.startsWith(id.split(".")[0]), `${id} under ${parent}`);
    await part.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("technique") === id);
    const chosen = page.locator(`section[aria-labelledby=facet-technique-title] a[aria-current=true]`, { hasText: id });
    await chosen.first().waitFor({ state: "visible" });
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

describe("both widths", () => {
  for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
    it(`${width} pixels, ${scheme}: it fits, and axe finds nothing`, async () => {
      const { page, context } = await openPage(server, { width, scheme });
      await page.goto(`${server.base}/?technique=T1003.001`);
      if (width < 600) await page.locator("#facets > summary").click();
      assert.deepEqual(await lookAt(page, "facet-tree", width, scheme), []);
      await context.close();
    });
  }
});
