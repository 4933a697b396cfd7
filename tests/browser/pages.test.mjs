// Every main page at two widths and in two themes: a picture of it, nothing wider than the window, and what axe finds.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { SCREENSHOTS, closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

let server;
const pages = { "not-found": "/no-such-page" };

before(async () => {
  server = await startServer();
  const { items } = await server.api("GET", "/procedures?q=lsass&limit=1");
  const id = encodeURIComponent(items[0].id);
  const { revisions } = await server.api("GET", `/procedures/${id}/history`);
  const { tenants } = await server.api("GET", "/tenants");
  const made = await server.api("POST", `/procedures/${id}/instances`, { tenants: [tenants[0].id] });
  const [newest, before = newest] = revisions;
  for (const [name, query] of [["Credential theft", "q=lsass&tactic=TA0006"], ["Windows, newest", "tag=windows&sort=changed"]]) {
    await server.api("POST", "/searches", { name, query });
  }
  const oldest = revisions[revisions.length - 1].commit;
  const reason = "The filter compares a number with a text, so that nothing was looked at.";
  await server.api("POST", `/procedures/${id}/defects`, { from: oldest, severity: "high", reason });
  await server.api("POST", `/procedures/${id}/reviews`, { at: oldest, kind: "technical", note: "Ran it for two tenants." });
  await server.api("PUT", `/procedures/${id}/follow`);
  Object.assign(pages, {
    changes: "/changes",
    "changes-narrowed": "/changes?kind=query-changed&since=2020-01-01",
    "changes-none": "/changes?author=nobody",
    compare: "/changes/compare?from=2000-01-01",
    following: "/following",
    catalog: "/",
    search: "/?q=lsass+memory",
    "search-saved": "/?q=lsass&tactic=TA0006",
    searches: "/searches",
    "nothing-found": "/?q=zyzzyvaword",
    "nothing-but-near": "/?q=technique:T1003.002+source:process&tag=windows",
    procedure: `/procedures/${id}`,
    "procedure-at": `/procedures/${id}/at/${before.commit}`,
    report: `/procedures/${id}/report`,
    history: `/procedures/${id}/history`,
    diff: `/procedures/${id}/diff/${before.commit}..${newest.commit}`,
    copy: `/procedures/${id}/copy`,
    customers: "/customers",
    tenants: "/tenants",
    tenant: `/tenants/${tenants[0].id}`,
    instances: "/instances",
    instance: `/instances/${made.instances[0].id}`,
    problems: "/problems",
    matrix: "/matrix",
    "matrix-of-an-actor": "/matrix?actor=APT29",
    "matrix-as-list": "/matrix?as=list&actor=APT29",
    technique: "/techniques/T1003.001",
    actor: "/actors/G0016",
    collections: "/collections",
    collection: "/collections/starter/start-here",
    "collection-in-matrix": "/matrix?collection=starter/start-here",
    api: "/api",
  });
});

after(async () => {
  await closeBrowser();
  server?.stop();
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    describe(`${width} pixels, ${scheme}`, () => {
      it("every page fits, is read aloud well, and complains of nothing", async () => {
        const { page, context, complaints } = await openPage(server, { width, scheme });
        const wrong = [];
        for (const [name, path] of Object.entries(pages)) {
          const answer = await page.goto(`${server.base}${path}`);
          if (answer.status() !== (name === "not-found" ? 404 : 200)) wrong.push(`${name}: ${answer.status()}`);
          wrong.push(...(await lookAt(page, name, width, scheme)));
        }
        await context.close();
        const own = complaints.filter((complaint) => !/404.*no-such-page/.test(complaint));
        assert.deepEqual([...wrong, ...own], []);
      });
    });
  }
}

describe("without JavaScript", () => {
  it("a collection is found from the first page, read in its order, and searched within", async () => {
    const { page, context, complaints } = await openPage(server, { javaScript: false });
    await page.goto(`${server.base}/`);
    await page.click(".collection-strip >> text=Start here");
    assert.equal(await page.textContent("h1"), "Start here");
    assert.equal(await page.locator(".members > li").count(), 7);
    assert.equal(await page.locator(".members .missing").count(), 0);
    await page.click("text=Search within");
    assert.equal((await page.inputValue("input[name=q]")).trim(), "collection:starter/start-here");
    await page.goBack();
    await page.click("text=On the matrix");
    assert.equal(await page.inputValue("select[name=collection]"), "starter/start-here");
    await page.goBack();
    await page.click(".members > li:first-child > a");
    assert.equal(await page.locator(".in-collections >> text=Start here").count(), 1);
    await context.close();
    assert.deepEqual(complaints, []);
  });
});

describe("signed out", () => {
  it("only the door is shown", async () => {
    const { page, context } = await openPage(server);
    await context.clearCookies();
    await page.goto(`${server.base}/`);
    assert.equal(new URL(page.url()).pathname, "/login");
    await page.screenshot({ path: join(SCREENSHOTS, "login-1280-light.png"), fullPage: true });
    await context.close();
  });
});
