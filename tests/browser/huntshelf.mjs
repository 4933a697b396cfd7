// A running huntshelf, and a chromium that looks at it.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const TESTS = dirname(dirname(fileURLToPath(import.meta.url)));
export const SCREENSHOTS = join(TESTS, ".cache", "screenshots");
mkdirSync(SCREENSHOTS, { recursive: true });

/** The text of axe, to be run as the debugger's own evaluation. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const PROGRAM = process.env.HUNTSHELF_PROGRAM;

function freePort() {
  return new Promise((resolve, reject) => {
    const listener = createServer().on("error", reject);
    listener.listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

/** Asks until there is an answer, or fails after `seconds`. */
export async function eventually(what, seconds, ask) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Starts the program on a new data folder, with a customer and two tenants: on the starter catalog, a repository, or what
 * a configuration file says.
 */
export async function startServer(repository, configuration) {
  if (!PROGRAM) throw new Error("HUNTSHELF_PROGRAM names no program: run `tests/run browser`");
  const folder = mkdtempSync(join(tmpdir(), "huntshelf-browser-"));
  const data = join(folder, "data");
  const token = execFileSync(
    PROGRAM,
    ["admin", "token", "create", "--data", data, "--name", "Ada Hunter", "--role", "admin"],
    { encoding: "utf8" },
  ).trim();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const log = openSync(join(folder, "log"), "w");
  const repo = repository ? ["--repo", repository] : [];
  if (configuration) {
    const file = join(folder, "huntshelf.toml");
    writeFileSync(file, configuration);
    repo.push("--config", file);
  }
  const child = spawn(PROGRAM, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, ...repo], {
    cwd: folder,
    stdio: ["ignore", log, log],
  });
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", stop);
  await eventually("huntshelf is ready", 60, async () => {
    if (child.exitCode !== null) throw new Error(`huntshelf ended: ${readFileSync(join(folder, "log"), "utf8")}`);
    return fetch(`${base}/readyz`).then((answer) => answer.ok, () => false);
  });
  const api = async (method, path, body) => {
    const answer = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const customer = await api("POST", "/customers", { name: "Fabrikam", labels: { sector: "energy" } });
  for (const [key, name] of [["0145483", "Fabrikam Production"], ["0145485", "Fabrikam Test"]]) {
    await api("POST", "/tenants", { customer: customer.id, service: "taegis", key, region: "mock", name });
  }
  return { base, token, api, stop, log: () => readFileSync(join(folder, "log"), "utf8") };
}

let browser;

/** The one chromium of this process. */
export async function openBrowser() {
  browser ??= await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return browser;
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/**
 * A page of somebody who is signed in through the sign-in form, and everything that went wrong on it: errors on the
 * console (reports of the content security policy are some), exceptions, requests to elsewhere.
 */
export async function openPage(server, { javaScript = true, width = 1280, scheme = "light" } = {}) {
  const context = await (await openBrowser()).newContext({
    javaScriptEnabled: javaScript,
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
    acceptDownloads: true,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" || /content security policy/i.test(message.text())) {
      complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(server.base) && !/^(data|blob|about):/.test(request.url())) {
      complaints.push(`asked elsewhere: ${request.url()}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`${server.base}/login`);
  await page.locator("input[name=token]").fill(server.token);
  await page.locator("form:has(input[name=token]) [type=submit], form:has(input[name=token]) button").first().click();
  await page.waitForURL((url) => url.pathname === "/");
  return { page, context, complaints };
}

/** Goes on with the tabulator until the first that fits has the focus; tells how many times it was pressed. */
export async function tabTo(page, wanted, most = 300) {
  const first = wanted.first();
  await first.waitFor();
  for (let keys = 0; keys <= most; keys += 1) {
    if (await first.evaluate((element) => element === document.activeElement)) return keys;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no ${wanted} within ${most} tabs`);
}

/** Takes a picture of the page that is open, and tells what is wrong with it: too wide, or not to be read aloud. */
export async function lookAt(page, name, width, scheme) {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${scheme}.png`), fullPage: true });
  const wrong = [];
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) wrong.push(`${name}: ${over} pixels wider than the window`);
  // Not as an inline script, which the page's policy refuses: as the debugger's own evaluation.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) {
    wrong.push(`${name}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
  }
  return wrong;
}
