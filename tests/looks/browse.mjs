// Reports in Chromium, at the widths and in the schemes of those who read them: nothing sticks out, all text can be
// read, and axe has nothing to say. Reads [{name, file, axe}] from the file named, writes {name: [finding]}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { asWord, withoutPictures, withoutStyles } from "./views.mjs";

const [tools, manifest, browser] = process.argv.slice(2);
const load = createRequire(join(tools, "package.json"));
const { chromium } = load("playwright-core");
const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

const PLAIN = [
  ["320", 320, "light"], ["375", 375, "light"], ["375 dark", 375, "dark"], ["700", 700, "light"],
  ["700 dark", 700, "dark"],
];
const CHANGED = [
  ["375 without styles", 375, withoutStyles], ["320 without pictures", 320, withoutPictures],
  ["700 as Word", 700, asWord],
];

// In the page: what sticks out, and text too small to read.
function look() {
  const found = [];
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > room) {
    const wide = [...document.body.querySelectorAll("*")].find((one) => one.getBoundingClientRect().right > room + 1);
    found.push(`wider than the window: ${document.documentElement.scrollWidth}, by ${wide?.outerHTML.slice(0, 160)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const size = parseFloat(getComputedStyle(text.parentElement).fontSize);
    if (text.data.trim() && text.parentElement.checkVisibility() && size < 13) {
      found.push(`text of ${size} px: ${text.data.trim().slice(0, 80)}`);
    }
  }
  return found;
}

async function judge() {
  const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
  return violations.map((one) => `axe: ${one.id}: ${one.nodes.length} × ${one.nodes[0].html.slice(0, 160)}`);
}

async function visit(page, html, width, scheme) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  if (html) await page.setContent(html, { waitUntil: "domcontentloaded" });
  return page.evaluate(look);
}

const chrome = await chromium.launch({
  executablePath: browser,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
});
const page = await chrome.newPage();
await page.route("**/*", (route) => route.abort());
const findings = {};
for (const { name, file, axe: schemes } of JSON.parse(readFileSync(manifest, "utf8"))) {
  const html = readFileSync(file, "utf8");
  const found = (findings[name] = []);
  const say = (view, some) => found.push(...some.slice(0, 5).map((one) => `${view}: ${one}`));
  for (const [view, width, scheme] of PLAIN) {
    say(view, await visit(page, view === "320" ? html : null, width, scheme));
    if (width === 375 && schemes.includes(scheme)) {
      await page.evaluate(axe);
      say(view, await page.evaluate(judge));
    }
  }
  for (const [view, width, changed] of CHANGED) say(view, await visit(page, changed(html), width, "light"));
}
await chrome.close();
process.stdout.write(JSON.stringify(findings));
