// The life of a copy, and what surrounds it: looked at in both widths and themes, and gone through with the keyboard alone.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { closeBrowser, lookAt, openPage, startServer, tabTo } from "./huntshelf.mjs";

const TABLE = `customer,customer_labels,service,region,key,name,labels,data_sources,retired
Northwind Clinics,sector=healthcare; tier=1,taegis,mock,000145490,Production,env=production,process=90; netflow=30,no
Northwind Clinics,sector=healthcare; tier=1,taegis,mock,000145491,Laboratories,,process,no
Northwind Clinics,sector=healthcare; tier=1,taegis,mock,000145492,Old site,,,yes
St. Gall Hospital,sector=healthcare,taegis,mock,0099120,Hospital,,,no
`;

let server;
let folder;
const pages = {};
const notebooks = {};

before(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), "huntshelf-copies-"));
  const taken = await fetch(`${server.base}/api/v1/roster`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.token}`, "content-type": "text/csv" },
    body: TABLE,
  });
  assert.equal(taken.status, 200, await taken.text());
  const { items } = await server.api("GET", "/procedures?q=is:copyable+service:taegis&limit=1");
  const id = encodeURIComponent(items[0].id);
  const { tenants } = await server.api("GET", "/tenants?retired=no");
  const ids = tenants.map((tenant) => tenant.id);
  const order = { tenants: ids, window: { last: "7d" } };
  const { instances } = await server.api("POST", `/procedures/${id}/instances`, order);
  const [first, second, third, fourth] = instances.map((copy) => copy.id);
  await server.api("PATCH", `/instances/${first}`, {
    disposition: "findings", finding: "visibility-gap", note: "Two hosts send no handles.", link: "https://tickets.example.com/7",
  });
  await server.api("PATCH", `/instances/${second}`, { disposition: "null-findings", note: "Looked at all of it." });
  await server.api("PATCH", `/instances/${third}`, { state: "working", assignee: "Ada Hunter" });
  await server.api("POST", "/field-notes", { procedure: items[0].id, tenant: ids[0], note: "SCCM fires this here.", expires: "2099-01-01" });
  await server.api("POST", "/field-notes", { tenant: ids[0], note: "Ask their SOC before noon." });
  const notebook = await fetch(`${server.base}/api/v1/instances/${third}/notebook.ipynb`, {
    headers: { authorization: `Bearer ${server.token}` },
  }).then((answer) => answer.json());
  const code = notebook.cells.findLast((cell) => cell.cell_type === "code");
  code.execution_count = 7;
  code.outputs = [{ output_type: "error", ename: "KeyError", evalue: "'host'", traceback: [] }];
  notebook.cells.push({ cell_type: "markdown", id: "mine", metadata: {}, source: ["Nothing here but the backup."] });
  notebooks.third = join(folder, "third.ipynb");
  writeFileSync(notebooks.third, JSON.stringify(notebook));
  await server.api("POST", "/instances/return", notebook);
  // Of another procedure, an old revision is defective, and copies were made of it.
  let defect;
  const others = await server.api("GET", "/procedures?q=is:copyable&limit=50");
  for (const other of others.items.filter((item) => item.id !== items[0].id)) {
    const place = `/procedures/${encodeURIComponent(other.id)}`;
    const { revisions } = await server.api("GET", `${place}/history`);
    if (defect || revisions.length < 2) continue;
    const [newest, oldest] = [revisions[0].commit, revisions.at(-1).commit];
    const made = await server.api("POST", `${place}/instances`, { tenants: ids, at: oldest, window: { last: "7d" } }).catch(() => undefined);
    if (!made) continue;
    await server.api("PATCH", `/instances/${made.instances[0].id}`, { disposition: "null-findings" });
    defect = await server.api("POST", `${place}/defects`, {
      from: oldest, mended_in: newest, severity: "high", reason: "The filter compares a number with a text, so that nothing was looked at.",
    });
    pages["copy-defective"] = `/instances/${made.instances[1].id}`;
  }
  Object.assign(notebooks, { procedure: items[0].id, open: fourth, tenant: ids[0] });
  Object.assign(pages, {
    "copies": "/instances",
    "copies-narrowed": "/instances?state=closed&disposition=null-findings",
    "copies-of-a-procedure": `/procedures/${id}/instances`,
    "copy-closed": `/instances/${first}`,
    "copy-open": `/instances/${fourth}`,
    "copy-returned": `/instances/${third}`,
    "copy-dialogue": `/procedures/${id}/copy`,
    "defect": `/defects/${defect.id}`,
    "scope": `/instances/new?procedure=${id}`,
    "return": "/instances/return",
    "roster": "/roster",
    "customers-of-many": "/customers",
    "customer-hunted": `/customers/${tenants[0].customer}`,
    "tenants-searched": "/tenants?q=sector%3Dhealthcare",
    "tenant-hunted": `/tenants/${ids[0]}`,
  });
});

after(async () => {
  await closeBrowser();
  server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    describe(`${width} pixels, ${scheme}`, () => {
      it("every page about copies fits, is read aloud well, and complains of nothing", async () => {
        const { page, context, complaints } = await openPage(server, { width, scheme });
        const wrong = [];
        for (const [name, path] of Object.entries(pages)) {
          const answer = await page.goto(`${server.base}${path}`);
          if (answer.status() !== 200) wrong.push(`${name}: ${answer.status()}`);
          wrong.push(...(await lookAt(page, name, width, scheme)));
        }
        // What forms answer with: a scope and a table before anything is written.
        await page.goto(`${server.base}${pages.scope}`);
        await page.fill("textarea[name=labels]", "sector=healthcare");
        await page.locator("button[value=preview]").last().click();
        await page.waitForSelector("text=would be made");
        wrong.push(...(await lookAt(page, "scope-preview", width, scheme)));
        await page.goto(`${server.base}/roster`);
        await page.fill("textarea[name=table]", "customer,region,key,name\nFabrikam,mock,0145483,Main plant\nNew,us1,1,One\n,us1,2,Two\n");
        await page.click("text=See what it changes");
        await page.waitForSelector("h1:has-text('What the table changes')");
        wrong.push(...(await lookAt(page, "roster-preview", width, scheme)));
        await context.close();
        assert.deepEqual([...wrong, ...complaints], []);
      });
    });
  }
}

// What a hunter does when a report names a technique: look for it, and have every tenant of a sector hunted for it.
for (const javaScript of [true, false]) {
  describe(`from a technique to copies for a sector, ${javaScript ? "with" : "without"} JavaScript`, () => {
    it("takes a few clicks, and shows what would be made before it is made", async () => {
      const { page, context, complaints } = await openPage(server, { javaScript });
      let clicks = 0;
      const click = async (wanted) => {
        await wanted.first().click();
        clicks += 1;
      };
      await page.goto(`${server.base}/`);
      const began = Date.now();
      await page.locator("input[name=q]").fill("T1059.001 service:taegis is:copyable");
      await page.keyboard.press("Enter");
      await page.waitForURL(/q=/);
      await click(page.locator("main h2 a, main h3 a"));
      await page.waitForURL(/\/procedures\//);
      await click(page.getByRole("link", { name: "Take a copy" }));
      await click(page.getByRole("link", { name: /For all tenants with a label/ }));
      await page.locator("textarea[name=labels]").fill("sector=healthcare");
      await click(page.locator("button[value=preview]:not(.unseen)"));
      await page.getByText("3 copies would be made, for 3 tenants").waitFor();
      assert.match(await page.textContent("main"), /Old site.*it is retired/s);
      await click(page.locator("button[value=make]"));
      await page.getByText("3 copies made, for 3 tenants").waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        click(page.getByRole("button", { name: "All as one zip" })),
      ]);
      assert.match(download.suggestedFilename(), /\.zip$/);
      assert.equal(await download.failure(), null);
      const seconds = (Date.now() - began) / 1000;
      console.log(`from a technique to copies for a sector: ${clicks} clicks, a search and a label typed, ${seconds.toFixed(1)} s`);
      assert.ok(clicks <= 6, `${clicks} clicks`);
      await context.close();
      assert.deepEqual(complaints, []);
    });
  });
}

describe("a file that is dragged onto a page", () => {
  it("is brought back, on any page, and is matched to its copy", async () => {
    const { page, context, complaints } = await openPage(server);
    const text = readFileSync(notebooks.third, "utf8").replace("Nothing here but the backup.", "Nothing here at all.");
    const dragged = (files) =>
      page.evaluateHandle((files) => {
        const transfer = new DataTransfer();
        for (const [name, text] of files) transfer.items.add(new File([text], name));
        return transfer;
      }, files);
    await page.goto(`${server.base}/matrix`);
    // Text that is dragged is none of ours.
    const word = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.setData("text/plain", "a word");
      return transfer;
    });
    await page.dispatchEvent("main", "dragover", { dataTransfer: word });
    assert.equal(await page.locator("body.dropping").count(), 0);
    const transfer = await dragged([["worked.ipynb", text], ["strange.ipynb", "{}"]]);
    await page.dispatchEvent("main", "dragover", { dataTransfer: transfer });
    await page.locator("body.dropping").waitFor();
    await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
    await page.waitForURL(/\/instances\/return$/);
    assert.match(await page.textContent("section[aria-labelledby=arrived]"), /worked\.ipynb.*returned/s);
    assert.match(await page.textContent(".notice.alarm"), /strange\.ipynb/);
    await page.click("text=worked.ipynb");
    assert.match(await page.textContent("section[aria-labelledby=back]"), /Nothing here at all/);
    await context.close();
    assert.deepEqual(complaints, []);
  });
});

describe("without JavaScript", () => {
  it("a copy is closed with the keyboard in a few keys", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}${pages["copy-open"]}`);
    const began = Date.now();
    // Past the navigation by the skip link, then to the first control of the form.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    let keys = 2;
    keys += await tabTo(page, page.locator("input[name=outcome]"));
    await page.keyboard.press("Space");
    keys += 1 + (await tabTo(page, page.locator("textarea[name=note]")));
    await page.keyboard.type("Looked at all of it.");
    keys += await tabTo(page, page.locator("input[name=link]"));
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Closed ");
    keys += 1;
    const seconds = (Date.now() - began) / 1000;
    console.log(`a copy is closed with ${keys} keys beside the note, in ${seconds.toFixed(1)} s`);
    assert.ok(keys <= 20, `${keys} keys`);
    assert.ok(seconds < 10, `${seconds} seconds`);
    const copy = await server.api("GET", `/instances/${notebooks.open}`);
    assert.deepEqual([copy.state, copy.disposition, copy.note], ["closed", "null-findings", "Looked at all of it."]);
    await context.close();
    assert.deepEqual(complaints, []);
  });

  it("a notebook is brought back, and the dialogue says who else hunts there", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}/instances`);
    await page.click("text=Bring notebooks back");
    const later = join(dirname(notebooks.third), "later.ipynb");
    const worked = readFileSync(notebooks.third, "utf8");
    writeFileSync(later, worked.replace("Nothing here but the backup.", "Nothing here but two backups."));
    await page.setInputFiles("input[name=file]", later);
    await page.click("button:has-text('Bring them back')");
    await page.click("text=later.ipynb");
    assert.match(await page.textContent("section[aria-labelledby=back]"), /KeyError.*Nothing here but two backups/s);
    await page.goto(`${server.base}${pages["copy-dialogue"]}`);
    const said = await page.textContent("fieldset.tenants");
    assert.match(said, /has an open copy of this procedure for this tenant, since/);
    assert.match(said, /Hunted .* ago by Ada Hunter/);
    await context.close();
    assert.deepEqual(complaints, []);
  });

  it("what was hunted for a customer this quarter takes three clicks", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    const began = Date.now();
    await page.click("nav.sections >> text=Customers");
    await page.click("h2 >> text=Fabrikam");
    await page.click("text=What was closed this quarter");
    const rows = await page.locator("table.rows tbody tr").count();
    console.log(`what was hunted for a customer this quarter: 3 clicks, ${((Date.now() - began) / 1000).toFixed(1)} s, ${rows} copies`);
    assert.ok(rows >= 1);
    await context.close();
    assert.deepEqual(complaints, []);
  });
});
