// This morning's intel is pasted by keyboard alone: what hunts it is a link away, and what nothing hunts says so.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { closeBrowser, lookAt, openPage, startServer, tabTo } from "./huntshelf.mjs";

const INTEL = `Affiliates of the Akira ransomware got in through CVE-2023-20269 and a password spray against the VPN.
They moved on with RDP, ran encoded PowerShell, were dumping LSASS with Mimikatz (S0002), and deleted shadow copies
with vssadmin.exe. The archive went out with rclone. Elsewhere: process hollowing, golden tickets, T1562.001 and
https://attack.mitre.org/techniques/T1113/. <b>Shared under TLP:GREEN.</b>`;

let server;

before(async () => {
  server = await startServer();
});

after(async () => {
  await closeBrowser();
  server?.stop();
});

describe("intel", () => {
  it("leads to the procedure that hunts it, by keyboard alone and without JavaScript", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}/coverage`);
    const begin = Date.now();
    let keys = await tabTo(page, page.locator("textarea[name=text]"), 60);
    await page.keyboard.insertText(INTEL);
    keys += (await tabTo(page, page.locator("button.primary"), 60)) + 1;
    await page.keyboard.press("Enter");
    await page.locator("#found").waitFor();
    const answered = Date.now() - begin;
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/coverage", "no text in the address");
    assert.equal(await page.locator("textarea").inputValue(), INTEL);
    const hunted = page.locator(".coverage-list > .hunted", { hasText: "T1003.001" });
    assert.match(await hunted.innerText(), /dumping LSASS/);
    const gap = page.locator(".coverage-list > .gap", { hasText: "T1055.012" });
    assert.match(await gap.innerText(), /No procedure hunts it/);
    assert.ok((await page.locator(".tally", { hasText: "Mimikatz" }).count()) === 1);
    const link = await hunted.locator(".by a").first().getAttribute("href");
    keys += await tabTo(page, page.locator(`[href="${link}"]`), 120);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname.startsWith("/procedures/"));
    const seconds = (Date.now() - begin) / 1000;
    console.log(
      `from pasted intel to the procedure: 2 clicks (${keys + 1} keys by keyboard alone), ${seconds.toFixed(1)} s, ` +
        `the answer after ${(answered / 1000).toFixed(1)} s`,
    );
    assert.match(await page.locator("h1").first().innerText(), /lsass/i);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("becomes a search, a marked matrix and a layer", async () => {
    const { page, context, complaints } = await openPage(server);
    await page.goto(`${server.base}/coverage`);
    await page.getByLabel("Intel").fill(INTEL);
    await page.getByRole("button", { name: "Show coverage" }).click();
    const layer = await page.getByRole("link", { name: "Navigator layer" }).getAttribute("href");
    const answer = await context.request.get(`${server.base}${layer}`);
    const ids = (await answer.json()).techniques.map((one) => one.techniqueID);
    assert.ok(ids.includes("T1055.012") && ids.includes("T1685"), "what is asked about, and what replaced it");
    await page.getByRole("link", { name: "In the matrix" }).click();
    assert.ok((await page.locator(".matrix .asked").count()) > 5);
    await page.goto(`${server.base}/coverage`);
    await page.getByLabel("Intel").fill(INTEL);
    await page.getByRole("button", { name: "Show coverage" }).click();
    await page.getByRole("link", { name: "Search these" }).click();
    assert.ok((await page.locator("a[href^='/procedures/']").count()) > 3);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  for (const scheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      it(`fits and is read aloud well at ${width} pixels, ${scheme}`, async () => {
        const { page, context, complaints } = await openPage(server, { width, scheme });
        await page.goto(`${server.base}/coverage`);
        const wrong = await lookAt(page, "coverage", width, scheme);
        await page.getByLabel("Intel").fill(INTEL);
        await page.getByRole("button", { name: "Show coverage" }).click();
        await page.locator("#found").waitFor();
        wrong.push(...(await lookAt(page, "coverage-found", width, scheme)));
        await context.close();
        assert.deepEqual([...wrong, ...complaints], []);
      });
    }
  }
});
