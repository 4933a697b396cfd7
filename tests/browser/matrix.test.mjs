// The matrix as a hunter narrows it: by keyboard, with and without JavaScript, and what is taken away as files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { SCREENSHOTS, closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";
import { join } from "node:path";

let server;

before(async () => {
  server = await startServer();
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

    const told = () => page.locator(".matrix-told").innerText();

    it("shows what of an actor is not hunted, by keyboard alone", async () => {
      await page.goto(`${server.base}/matrix`);
      const all = await page.locator(".matrix td:not(.none)").count();
      await page.getByLabel("Techniques of").focus();
      await page.keyboard.type("APT29");
      await page.keyboard.press("Enter");
      await page.waitForURL(/actor=APT29/);
      assert.match(await told(), /APT29 uses \d+ techniques: \d+ are hunted, \d+ are not/);
      assert.ok((await page.locator(".matrix .asked.gap").count()) > 10, "gaps are marked");
      const gaps = page.getByRole("link", { name: "Show only these" });
      await gaps.focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/show=gaps/);
      assert.equal(await page.inputValue("input[name=actor]"), "APT29");
      assert.equal(await page.inputValue("select[name=show]"), "gaps");
      const shown = await page.locator(".matrix td:not(.none)").count();
      assert.ok(shown > 0 && shown < all, `${shown} of ${all}`);
    });

    it("is narrowed by platform, tag and collection, and each is taken back by itself", async () => {
      await page.goto(`${server.base}/matrix?release=enterprise-attack+19.2`);
      const before = await told();
      await page.selectOption("select[name=platform]", "Linux");
      await page.getByLabel("Tag").fill("credential");
      await page.selectOption("select[name=collection]", "starter/start-here");
      await page.getByRole("button", { name: "Show" }).click();
      await page.waitForURL(/platform=Linux/);
      assert.equal(await page.inputValue("select[name=platform]"), "Linux");
      assert.equal(await page.inputValue("select[name=collection]"), "starter/start-here");
      const chips = page.locator(".matrix-narrowed .removable");
      assert.equal(await chips.count(), 3);
      await page.getByRole("link", { name: /Remove\s+Tag/ }).click();
      await page.waitForURL((url) => !url.searchParams.has("tag") && url.searchParams.get("platform") === "Linux");
      assert.equal(await chips.count(), 2);
      await page.getByRole("link", { name: "As a list" }).click();
      await page.waitForURL(/as=list/);
      assert.equal(await chips.count(), 2, "the list is narrowed alike");
      await page.getByRole("link", { name: "Clear all" }).click();
      await page.waitForURL((url) => !url.searchParams.has("platform") && url.searchParams.get("as") === "list");
      assert.equal(await told(), before);
    });

    it("is taken away as a layer, a table and a picture of the same", async () => {
      await page.goto(`${server.base}/matrix?actor=APT29&platform=Windows`);
      for (const [link, name, says] of [
        ["Navigator layer", "layer.json", '"value":"Windows"'],
        ["CSV", "matrix.csv", "T1003.001"],
        ["Picture (SVG)", "matrix.svg", "Narrowed by Platform: Windows; Techniques of: APT29"],
      ]) {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("link", { name: link, exact: true }).click(),
        ]);
        assert.equal(download.suggestedFilename(), name);
        const text = readFileSync(await download.path(), "utf8");
        assert.ok(text.includes(says) && text.includes("The MITRE Corporation"), name);
      }
    });

    it("met no error on the console and no report of the security policy", () => {
      assert.deepEqual(complaints, []);
    });
  });
}

describe("the picture", () => {
  it("is read by a browser in both themes, with a name and a description", async () => {
    const answer = await fetch(`${server.base}/api/v1/layers/matrix.svg?actor=APT29`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    const svg = await answer.text();
    for (const scheme of ["light", "dark"]) {
      const { page, context } = await openPage(server, { width: 2460, scheme });
      const read = await page.evaluate((text) => {
        const picture = new DOMParser().parseFromString(text, "image/svg+xml");
        const error = picture.querySelector("parsererror");
        return error ? error.textContent : picture.documentElement.querySelector("title").textContent;
      }, svg);
      assert.match(read, /What we hunt of APT29/);
      await page.route(`${server.base}/picture-of-the-matrix`, (route) =>
        route.fulfill({ contentType: "text/html", body: `<!doctype html><title>m</title><main>${svg}</main>` }),
      );
      await page.goto(`${server.base}/picture-of-the-matrix`);
      await page.screenshot({ path: join(SCREENSHOTS, `matrix-svg-2460-${scheme}.png`) });
      const ground = await page.evaluate(() => getComputedStyle(document.querySelector("svg > .sheet")).fill);
      assert.equal(ground, scheme === "light" ? "rgb(251, 250, 246)" : "rgb(26, 32, 35)");
      const name = await page.getByRole("img").getAttribute("aria-labelledby");
      assert.equal(name, "title desc");
      await context.close();
    }
  });
});

describe("narrow and dark", () => {
  it("fits, and axe finds nothing", async () => {
    const { page, context } = await openPage(server, { width: 390, scheme: "dark" });
    await page.goto(`${server.base}/matrix?actor=APT29&platform=Windows&tag=credential&show=gaps`);
    assert.deepEqual(await lookAt(page, "matrix-narrowed", 390, "dark"), []);
    await context.close();
  });
});
