// What an empty result offers, and searches that are kept under a name: by keyboard, without JavaScript.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { closeBrowser, openPage, startServer, tabTo } from "./huntshelf.mjs";

let server, page, context, complaints;

before(async () => {
  server = await startServer();
  ({ page, context, complaints } = await openPage(server, { javaScript: false }));
});
after(async () => {
  await context?.close();
  await closeBrowser();
  server?.stop();
});

/** Goes on to a control of that role and name. */
const goTo = (role, name) => tabTo(page, page.getByRole(role, { name }));

/** How many procedures the page says that it found. */
const found = async () => Number.parseInt(await page.locator("#count").innerText(), 10);

describe("an empty result", () => {
  it("leads to what is near, with the number that it told", async () => {
    await page.goto(`${server.base}/?q=technique:T1003.002&tag=windows`);
    assert.equal(await found(), 0);
    for (const list of ["Near it in ATT&CK", "With one condition less"]) {
      const item = page.getByRole("region", { name: list }).getByRole("listitem").first();
      const told = Number.parseInt(await item.locator(".number").innerText(), 10);
      assert.ok(told > 0, list);
      await item.getByRole("link").click();
      assert.equal(await found(), told, list);
      await page.goBack();
    }
  });

  it("gives a procedure to begin with", async () => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download one" }).click()]);
    assert.equal(file.suggestedFilename(), "os-credential-dumping-security-account-manager.md");
    assert.equal(await page.getByRole("link", { name: "Ask for one" }).count(), 0, "there is no forge to ask at");
  });

  it("runs what was probably meant", async () => {
    await page.goto(`${server.base}/?q=lsass+source:process`);
    await page.getByRole("link", { name: "data:process" }).click();
    assert.equal(await page.inputValue("#q"), "lsass data:process");
  });
});

describe("a saved search", () => {
  it("is saved, run, renamed and deleted by keyboard alone", async () => {
    await page.goto(`${server.base}/?q=lsass&tactic=TA0006`);
    const number = await found();
    await page.locator("details.save > summary").focus();
    await page.keyboard.press("Enter");
    await goTo("textbox", "Name");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Credential theft");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("tactic") === "TA0006");
    assert.match(await page.locator("p.save").innerText(), /Saved as Credential theft/);

    await page.goto(`${server.base}/`);
    await goTo("link", "Credential theft");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("q") === "lsass");
    assert.equal(await found(), number);

    await goTo("link", "All saved searches");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/searches");
    assert.match(await page.locator("li.card").innerText(), new RegExp(`\\b${number} procedures? now`));
    await goTo("link", "Credential theft");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await goTo("textbox", "Name");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Theft");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Theft", exact: true }).waitFor();
    const { searches } = await server.api("GET", "/searches");
    assert.deepEqual(searches.map(({ name, query }) => [name, query]), [["Theft", "q=lsass&tactic=TA0006"]]);

    await goTo("link", "Theft");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await goTo("button", "Delete Theft");
    await page.keyboard.press("Enter");
    await page.getByText("No saved searches yet").waitFor();
    assert.deepEqual((await server.api("GET", "/searches")).searches, []);
  });

  it("met no error on the console and no report of the security policy", () => {
    assert.deepEqual(complaints, []);
  });
});
