// The copy dialogue: each parameter has its field, mistakes stand beside it, and nothing typed is lost; with and without
// JavaScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { closeBrowser, lookAt, openPage, startServer } from "./huntshelf.mjs";

const PROCEDURE = `---
jupytext:
  notebook_metadata_filter: hunting
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3, language: python}
hunting:
  title: Sign-ins from listed networks
  id: listed-networks
  description: Looks for sign-ins from networks that somebody listed.
  attack_technique_ids: [T1078]
  data_sources: [auth]
  tags: [identity]
  parameters:
    LIMIT: {type: integer, minimum: 10, maximum: 5000, help: 'Rows at most, a query'}
    SEVERITY: {type: choice, choices: [low, medium, high], help: Of the investigation}
    SINCE: {type: date, help: Accounts that were made before are left out}
    CHANGED_AT: {type: datetime, help: When the rule was changed}
    IOCS: {type: indicators, help: Networks and domains from the report}
    CASE: {pattern: 'CASE-\\d+', required: true, help: 'The case that asks for it, such as CASE-12'}
---

# Sign-ins from listed networks

\`\`\`{code-cell} ipython3
:tags: [parameters]

TENANT_ID: str = ""  # tenant to hunt in
REGION: str = "charlie"
EARLIEST: str = "-7d"
LATEST: str = "now"
LIMIT: int = 1000
SEVERITY = "low"
SINCE = None
CHANGED_AT = None
IOCS = []
CASE = ""
VERBOSE: bool = False  # tell more
BASELINE = date(2026, 1, 1)  # the first day of the habit
\`\`\`

\`\`\`{code-cell} ipython3
%%taegis events search -t --tenant $TENANT_ID --region $REGION --assign rows
FROM auth EARLIEST={{ EARLIEST }} LATEST={{ LATEST }} | head {{ LIMIT }}
\`\`\`

\`\`\`{code-cell} ipython3
print(SEVERITY, SINCE, CHANGED_AT, IOCS, CASE, VERBOSE, BASELINE)
\`\`\`

\`\`\`{code-cell} ipython3
%taegis investigations create --title "Sign-ins" --tenant $TENANT_ID --region $REGION
\`\`\`
`;

let folder;
let server;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "huntshelf-copying-"));
  writeFileSync(join(folder, "listed-networks.md"), PROCEDURE);
  const git = (...words) => execFileSync("git", ["-C", folder, "-c", "user.name=A", "-c", "user.email=a@x", ...words]);
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "-m", "Add a hunt");
  server = await startServer(folder);
});

after(async () => {
  await closeBrowser();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const PATH = "/procedures/listed-networks/copy";
const field = (page, name) => page.locator(`[name="p.${name}"]`);

/** Fills in what is wrong, and sends it past the browser's own checks. */
async function sendMistakes(page) {
  await page.goto(`${server.base}${PATH}`);
  await page.locator("input[name=tenant]").first().check();
  await field(page, "LIMIT").fill("5");
  await field(page, "SEVERITY").selectOption("high");
  await field(page, "CASE").fill("12");
  await field(page, "IOCS").fill("hxxp://evil[.]example/a\nevil[.]example, 10.0.0[.]1\nEVIL.example");
  await page.getByRole("button", { name: "Make the copies" }).click();
  await page.getByRole("alert").waitFor();
}

for (const javaScript of [true, false]) {
  test(`mistakes stand beside their fields, ${javaScript ? "with" : "without"} JavaScript`, async () => {
    const { page, context, complaints } = await openPage(server, { javaScript });
    await sendMistakes(page);
    assert.match(await page.locator('[id="f-p.LIMIT-error"]').innerText(), /below 10/);
    assert.match(await page.locator('[id="f-p.CASE-error"]').innerText(), /matches/);
    assert.equal(await field(page, "LIMIT").inputValue(), "5");
    assert.equal(await field(page, "SEVERITY").inputValue(), "high");
    assert.match(await field(page, "IOCS").inputValue(), /hxxp:\/\/evil/);
    assert.match(await page.locator('[id="f-p.IOCS-help"]').innerText(), /3: 1 IPv4 address, 1 domain, 1 URL; 1 repeated/);
    assert.ok(await page.locator("input[name=tenant]").first().isChecked());
    await field(page, "LIMIT").fill("50");
    await field(page, "CASE").fill("CASE-12");
    await field(page, "SINCE").fill("2026-01-01");
    await field(page, "CHANGED_AT").fill("2026-02-03T04:05");
    await page.getByRole("button", { name: "Make the copies" }).click();
    await page.getByRole("heading", { name: "One copy made" }).waitFor();
    const made = (await server.api("GET", "/instances?limit=1")).instances[0];
    assert.deepEqual(made.provenance.parameters, {
      LIMIT: 50,
      SEVERITY: "high",
      SINCE: "2026-01-01",
      CHANGED_AT: "2026-02-03T04:05:00Z",
      IOCS: ["http://evil.example/a", "evil.example", "10.0.0.1"],
      CASE: "CASE-12",
    });
    const verified = await page.goto(`${server.base}/instances/${made.id}/verify`);
    assert.equal(verified.status(), 200);
    assert.match(await page.locator("main").innerText(), /The copy is what it says\./);
    // The 422 that a form with mistakes is answered with.
    assert.deepEqual(complaints.filter((complaint) => !complaint.includes("422")), []);
    await context.close();
  });
}

test("the dialogue, its mistakes and a verified copy look right at both widths and in both schemes", async () => {
  const wrong = [];
  for (const width of [1280, 390]) {
    for (const scheme of ["light", "dark"]) {
      const { page, context } = await openPage(server, { width, scheme });
      await page.goto(`${server.base}${PATH}`);
      wrong.push(...(await lookAt(page, "copy-parameters", width, scheme)));
      await sendMistakes(page);
      wrong.push(...(await lookAt(page, "copy-parameters-mistakes", width, scheme)));
      const made = (await server.api("GET", "/instances?limit=1")).instances[0];
      await page.goto(`${server.base}/instances/${made.id}/verify`);
      wrong.push(...(await lookAt(page, "copy-verified", width, scheme)));
      await context.close();
    }
  }
  assert.deepEqual(wrong, []);
});
