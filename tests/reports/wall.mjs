// The wall in Chromium in a window of one size: what sticks out, what axe says, how it is laid out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, file, browser, width, height, scheme] = process.argv.slice(2);
const load = createRequire(join(tools, "package.json"));
const { chromium } = load("playwright-core");
const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

// In the page.
function look() {
  const room = document.documentElement.clientWidth;
  const shown = [...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility());
  const wide = shown.filter((one) => one.getBoundingClientRect().right > room + 1);
  const texts = shown.filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return {
    sticks_out: wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 160)),
    smallest: Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize))),
    ground: getComputedStyle(document.body).backgroundColor,
    height: document.documentElement.scrollHeight,
    fine_top: document.getElementById("fine")?.getBoundingClientRect().top ?? 0,
    struck: [...document.querySelectorAll("s")].map((one) => getComputedStyle(one).textDecorationLine),
  };
}

async function judge() {
  const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
  return violations.map((one) => `${one.id}: ${one.nodes.length} × ${one.nodes[0].html.slice(0, 160)}`);
}

const chrome = await chromium.launch({
  executablePath: browser,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
});
const page = await chrome.newPage({ viewport: { width: +width, height: +height }, colorScheme: scheme });
const [requests, errors] = [[], []];
const address = pathToFileURL(file).href;
page.on("request", (one) => one.url() === address || requests.push(one.url()));
page.on("console", (one) => one.type() === "error" && errors.push(one.text()));
await page.goto(address);
const found = await page.evaluate(look);
const asked = [...requests];
await page.evaluate(axe);
found.axe = await page.evaluate(judge);
await chrome.close();
process.stdout.write(JSON.stringify({ ...found, requests: asked, errors }));
