// REQ-UI-01: looks at every screen without the Rust side: serves dist/ under the app's content security policy, answers the
// app's commands from dev/scenes.mjs, and for each scene and view takes a picture and runs axe-core.
//
//   npm run build && npm run look                   every scene, every view
//   npm run look -- home-pin code-wrong             only these scenes
//   LOOK_VIEWS=phone,wide-dark npm run look         only these views
//
// Needs chromium and chromedriver in PATH. Pictures go to node_modules/.look/. Exits with 1 on a violation.
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { mockApp, scenes } from "./scenes.mjs";

const ui = fileURLToPath(new URL("..", import.meta.url));
const dist = join(ui, "dist");
const out = join(ui, "node_modules/.look");

const views = {
  small: { width: 320, height: 720 },
  phone: { width: 400, height: 800 },
  wide: { width: 1200, height: 800 },
  "phone-dark": { width: 400, height: 800, dark: true },
  "wide-dark": { width: 1200, height: 800, dark: true },
  "small-200": { width: 320, height: 720, text: 200 },
  "wide-200": { width: 1200, height: 800, text: 200 },
  "phone-en": { width: 400, height: 800, language: "en" },
};

const config = JSON.parse(await readFile(join(ui, "../tauri.conf.json"), "utf8"));
const csp = Object.entries(config.app.security.csp)
  .map((directive) => directive.join(" "))
  .join("; ");
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves dist/ on a free port. */
function serve() {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = join(dist, path === "/" ? "index.html" : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, { "content-type": types[extname(file)], "content-security-policy": csp }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

/** Starts chromedriver on a port of its choosing. */
function startDriver() {
  const driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, fail) => {
    driver.on("error", fail);
    driver.stdout.on("data", (text) => {
      const port = /started successfully on port (\d+)/.exec(String(text))?.[1];
      if (port) done({ driver, base: `http://127.0.0.1:${port}` });
    });
  });
}

class Browser {
  static async open(base) {
    const args = [
      "headless=new",
      "no-sandbox",
      "disable-gpu",
      "disable-quic",
      "no-first-run",
      "disable-background-networking",
      "disable-component-update",
      "disable-sync",
      "hide-scrollbars",
    ].map((name) => `--${name}`);
    const body = {
      capabilities: {
        alwaysMatch: { "goog:chromeOptions": { args }, "goog:loggingPrefs": { browser: "ALL" } },
      },
    };
    const browser = new Browser();
    const { sessionId } = await post(`${base}/session`, body);
    browser.session = `${base}/session/${sessionId}`;
    return browser;
  }
  cdp(cmd, params = {}) {
    return post(`${this.session}/goog/cdp/execute`, { cmd, params });
  }
  run(script, ...args) {
    return post(`${this.session}/execute/sync`, { script, args });
  }
  runAsync(script, ...args) {
    return post(`${this.session}/execute/async`, { script, args });
  }
  goto(url) {
    return post(`${this.session}/url`, { url });
  }
  log() {
    return post(`${this.session}/se/log`, { type: "browser" });
  }
  close() {
    return fetch(this.session, { method: "DELETE" });
  }
}

async function post(url, body) {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const { value } = await response.json();
  if (value?.error) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** One step of a scene, in the page: waits for an element, then types into it or clicks it. */
const step = `
  const [selector, text, done] = [arguments[0], arguments[1], arguments[2]];
  const end = Date.now() + 3000;
  (function look() {
    const element = document.querySelector(selector);
    if (!element) return Date.now() > end ? done("no " + selector) : setTimeout(look, 20);
    if (text === "") element.click();
    else if (text !== null) {
      element.focus();
      element.value = text;
      element.dispatchEvent(new Event("input", { bubbles: true }));
    }
    setTimeout(() => done(null), 30);
  })();`;

async function picture(browser, origin, name, scene, viewName, view, axe) {
  const language = view.language ?? "es";
  await browser.cdp("Emulation.setDeviceMetricsOverride", {
    width: view.width,
    height: view.height,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await browser.cdp("Emulation.setEmulatedMedia", {
    features: [
      { name: "prefers-color-scheme", value: view.dark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: "reduce" },
    ],
  });
  const source = `(${mockApp})(${JSON.stringify({ ...scene, language })});`;
  const { identifier } = await browser.cdp("Page.addScriptToEvaluateOnNewDocument", { source });
  await browser.goto(origin);
  await browser.cdp("Page.removeScriptToEvaluateOnNewDocument", { identifier });
  const problems = [];
  if (view.text) await browser.run(`document.documentElement.style.fontSize = "${view.text}%"`);
  for (const [selector, text] of scene.steps ?? []) {
    const failed = await browser.runAsync(step, selector, text);
    if (failed) problems.push(failed);
  }
  await browser.runAsync("const done = arguments[0]; document.fonts.ready.then(() => setTimeout(done, 60))");
  const screen = await browser.run("return document.querySelector('main')?.dataset.screen");
  if (screen !== scene.screen) problems.push(`shows ${screen}, not ${scene.screen}`);
  const { width, height } = await browser.run(
    "const e = document.documentElement; return { width: e.scrollWidth, height: e.scrollHeight }",
  );
  if (width > view.width) problems.push(`${width - view.width} px wider than the window`);
  const cropped = await browser.run(`
    const visible = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 2;
    return [...document.querySelectorAll("main *, header *")]
      .filter((e) => visible(e) && e.getBoundingClientRect().right > innerWidth + 1)
      .map((e) => e.className || e.tagName).slice(0, 3)`);
  if (cropped.length) problems.push(`cut off at the right: ${cropped}`);
  const small = await browser.run(`
    return [...document.querySelectorAll("button, a[href], input, summary")]
      .filter((e) => e.checkVisibility() && !e.matches(".skip, [type=radio]"))
      .filter((e) => e.getBoundingClientRect().height < 44)
      .map((e) => (e.dataset.testid || e.textContent) + " " + e.getBoundingClientRect().height)`);
  if (small.length) problems.push(`targets under 44 px: ${small}`);
  await browser.run(axe);
  const violations = await browser.runAsync(`
    const done = arguments[0];
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then((r) => done(r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 160) + " " + n.any.map((a) => a.message).join("; ")).join(" | "))))`);
  problems.push(...violations);
  for (const entry of await browser.log()) {
    if (entry.level === "SEVERE" || /Content Security Policy/.test(entry.message)) problems.push(entry.message);
  }
  // The whole page, however long.
  await browser.cdp("Emulation.setDeviceMetricsOverride", {
    width: view.width,
    height: Math.max(view.height, height),
    deviceScaleFactor: 1,
    mobile: false,
  });
  const { data } = await browser.cdp("Page.captureScreenshot", { format: "png" });
  await writeFile(join(out, `${name}.${viewName}.png`), Buffer.from(data, "base64"));
  return problems;
}

const wantedScenes = process.argv.slice(2);
const wantedViews = process.env.LOOK_VIEWS?.split(",") ?? Object.keys(views);
await mkdir(out, { recursive: true });
const axe = await readFile(join(ui, "node_modules/axe-core/axe.min.js"), "utf8");
const server = await serve();
const { driver, base } = await startDriver();
let failures = 0;
let pictures = 0;
try {
  const browser = await Browser.open(base);
  for (const [name, scene] of Object.entries(scenes)) {
    if (wantedScenes.length && !wantedScenes.includes(name)) continue;
    for (const viewName of wantedViews) {
      const origin = `http://127.0.0.1:${server.address().port}/`;
      const problems = await picture(browser, origin, name, scene, viewName, views[viewName], axe);
      pictures += 1;
      failures += problems.length;
      for (const problem of problems) console.log(`${name}.${viewName}: ${problem}`);
    }
  }
  await browser.close();
} finally {
  driver.kill();
  server.close();
}
console.log(`${pictures} pictures in ${out}, ${failures} problems`);
process.exitCode = failures ? 1 : 0;
