// Opens pages in headless Chromium and fails unless each stands alone and fits.
//
//   node look.mjs PAGE.html ... [--shots DIR]
//
// Per page, at 1280 and 390 pixels, light and dark: no console message of level error or
// warning, no exception, no request besides the page itself and data: addresses, nothing wider
// than the window, no text of a drawing cut off or lying on another, and the read-outs, the
// theme button, the search and the CSV files work.
// --shots writes PNGs of the whole page and a PDF of the print. Speaks the DevTools protocol
// over a pipe; needs Node 18 and Chromium ($CHROMIUM or chromium), nothing else.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const VIEWS = [
  { name: "wide-light", width: 1280, height: 900, dark: false },
  { name: "wide-dark", width: 1280, height: 900, dark: true },
  { name: "narrow-light", width: 390, height: 844, dark: false },
  { name: "narrow-dark", width: 390, height: 844, dark: true },
];

class Browser {
  constructor() {
    this.profile = mkdtempSync(join(tmpdir(), "look-"));
    const flags = [
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
      "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
      "--remote-debugging-pipe", `--user-data-dir=${this.profile}`, "about:blank",
    ];
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
    this.process = spawn(process.env.CHROMIUM ?? "chromium", flags, { stdio });
    this.process.on("error", (error) => { console.error(`no browser: ${error.message}`); process.exit(2); });
    this.last = 0;
    this.waiting = new Map();
    this.heard = [];
    let buffer = "";
    this.process.stdio[4].on("data", (chunk) => {
      buffer += chunk;
      for (let end = buffer.indexOf("\0"); end >= 0; end = buffer.indexOf("\0")) {
        this.hear(JSON.parse(buffer.slice(0, end)));
        buffer = buffer.slice(end + 1);
      }
    });
  }

  hear(message) {
    const call = this.waiting.get(message.id);
    if (!call) { this.heard.push(message); return; }
    this.waiting.delete(message.id);
    if (message.error) call.reject(new Error(message.error.message));
    else call.resolve(message.result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.last;
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    return new Promise((done, fail) => this.waiting.set(id, { resolve: done, reject: fail }));
  }

  async until(method, session, limit = 30000) {
    const start = Date.now();
    while (Date.now() - start < limit) {
      if (this.heard.some((m) => m.method === method && m.sessionId === session)) return;
      await new Promise((wake) => setTimeout(wake, 20));
    }
    throw new Error(`${method} did not come`);
  }

  async close() {
    const gone = new Promise((done) => this.process.once("exit", done));
    const wait = (ms) => new Promise((wake) => setTimeout(wake, ms));
    this.send("Browser.close").catch(() => {});
    await Promise.race([gone, wait(3000)]);
    this.process.kill("SIGKILL");
    // Its helpers may still be writing their last files.
    for (let attempt = 0; attempt < 20; attempt++) {
      try { return rmSync(this.profile, { recursive: true, force: true }); } catch { await wait(100); }
    }
  }
}

// Runs inside the page: what does not fit.
function misfits(width) {
  const found = [];
  if (document.documentElement.scrollWidth > width) found.push(`page ${document.documentElement.scrollWidth} px wide in ${width}`);
  for (const svg of document.querySelectorAll("svg.chart")) {
    const box = svg.getBoundingClientRect();
    if (box.width === 0) continue;
    if (box.height < 20 || box.right > width + 1) found.push(`${svg.id}: ${Math.round(box.width)} × ${Math.round(box.height)}`);
    const texts = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
    for (const [text, at] of texts) {
      if (at.right > width + 1 || at.left < -1) found.push(`${svg.id}: “${text}” is cut off`);
      if (at.right > box.right + 14 || at.left < box.left - 14) found.push(`${svg.id}: “${text}” leaves its drawing`);
    }
    for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
      const a = texts[i][1], b = texts[j][1];
      const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const under = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (over > 2 && under > 5) found.push(`${svg.id}: “${texts[i][0]}” lies on “${texts[j][0]}”`);
    }
  }
  const count = [...document.querySelectorAll("svg.chart")].filter((s) => s.getBoundingClientRect().width > 0).length;
  return JSON.stringify({ found, count });
}

// Runs inside the page: does what the script adds work? Leaves the page as it was.
function broken() {
  const found = [], root = document.documentElement, tip = document.getElementById("tip");
  const svg = [...document.querySelectorAll("svg[data-tip]")].find((s) => s.getBoundingClientRect().width > 0);
  if (svg) {
    const box = svg.getBoundingClientRect();
    const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true };
    svg.dispatchEvent(new PointerEvent("pointermove", at));
    if (tip.hidden || tip.textContent.length < 4) found.push(`${svg.id}: no read-out under the pointer`);
    svg.dispatchEvent(new PointerEvent("pointerleave", at));
    if (!tip.hidden) found.push("the read-out stays when the pointer leaves");
  }
  const paper = () => getComputedStyle(document.body).backgroundColor, before = paper();
  document.getElementById("theme").click();
  if (paper() === before) found.push("the theme button changes nothing");
  root.removeAttribute("data-theme");
  try { localStorage.removeItem("warchest-theme"); } catch { /* no storage, nothing kept */ }
  const search = document.getElementById("filter");
  if (search) {
    const shown = () => [...document.querySelectorAll("details.group tbody tr")].filter((row) => !row.hidden).length;
    const all = shown();
    search.value = "no assumption says this";
    search.dispatchEvent(new Event("input"));
    if (shown() !== 0) found.push("the search hides nothing");
    search.value = "";
    search.dispatchEvent(new Event("input"));
    if (shown() !== all) found.push("the search does not give rows back");
  }
  for (const link of document.querySelectorAll("a.csv")) {
    const text = decodeURIComponent(link.getAttribute("href").split(",").slice(1).join(","));
    const lines = text.trimEnd().split("\n");
    if (lines.length < 2 || !lines[0].includes(",")) found.push(`${link.download}: no rows`);
  }
  return JSON.stringify(found);
}

function complaints(messages, url) {
  const out = [];
  for (const { method, params } of messages) {
    if (method === "Runtime.exceptionThrown") out.push(`exception: ${params.exceptionDetails.text}`);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(params.type)) out.push(`console: ${params.args.map((a) => a.value).join(" ")}`);
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) out.push(`log: ${params.entry.text}`);
    if (method === "Network.requestWillBeSent" && params.request.url !== url && !params.request.url.startsWith("data:")) out.push(`request: ${params.request.url}`);
  }
  return out;
}

async function look(browser, page, view, shots) {
  const url = pathToFileURL(resolve(page)).href;
  const { targetId } = await browser.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await browser.send("Target.attachToTarget", { targetId, flatten: true });
  const send = (method, params) => browser.send(method, params, sessionId);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  const { width, height } = view;
  await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 500 });
  const features = [{ name: "prefers-color-scheme", value: view.dark ? "dark" : "light" }];
  await send("Emulation.setEmulatedMedia", { features });
  await send("Page.navigate", { url });
  await browser.until("Page.loadEventFired", sessionId);
  await new Promise((wake) => setTimeout(wake, 150));
  const { result } = await send("Runtime.evaluate", { expression: `(${misfits})(${width})` });
  const { found, count } = JSON.parse(result.value);
  const touched = await send("Runtime.evaluate", { expression: `(${broken})()` });
  found.push(...JSON.parse(touched.result.value ?? '["the page’s own script is broken"]'));
  const wrong = [...found, ...complaints(browser.heard.filter((m) => m.sessionId === sessionId), url)];
  if (shots) await shoot(send, page, view, shots);
  await browser.send("Target.closeTarget", { targetId });
  return { wrong, count };
}

async function shoot(send, page, view, shots) {
  mkdirSync(shots, { recursive: true });
  const stem = join(shots, `${basename(page, ".html")}-${view.name}`);
  const { data } = await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true });
  writeFileSync(`${stem}.png`, Buffer.from(data, "base64"));
  if (view.name !== "wide-light") return;
  const print = { preferCSSPageSize: true, paperWidth: 8.27, paperHeight: 11.69, printBackground: true };
  writeFileSync(`${stem}.pdf`, Buffer.from((await send("Page.printToPDF", print)).data, "base64"));
}

const pages = process.argv.slice(2);
const flag = pages.indexOf("--shots");
const shots = flag < 0 ? undefined : pages.splice(flag, 2)[1];
if (pages.length === 0) { console.error("usage: node look.mjs PAGE.html ... [--shots DIR]"); process.exit(2); }
const browser = new Browser();
let failed = false;
try {
  for (const page of pages) for (const view of VIEWS) {
    const { wrong, count } = await look(browser, page, view, shots);
    console.log(`${wrong.length ? "FAIL" : "ok"}  ${basename(page)}  ${view.name}  ${count} drawings`);
    for (const line of wrong.slice(0, 25)) console.log(`      ${line}`);
    failed ||= wrong.length > 0;
  }
} finally {
  await browser.close();
}
process.exit(failed ? 1 : 0);
