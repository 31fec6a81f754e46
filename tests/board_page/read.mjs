// Reads pages as a browser does: rules of accessibility, what is loaded, what fits which width and which sheet.
// Called with the folder of the packages, the browser, and pages; prints one JSON document.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [tools, browserPath, ...pages] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${tools}/package.json`));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

// Width and height of what a sheet has room for, in CSS pixels: 14 mm at the sides and on top, 16 mm below.
const SHEETS = { A4: [688, 1009], Letter: [710, 943] };

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-background-networking"],
});
const answer = {};
try {
  for (const file of pages) {
    answer[file] = await read(pathToFileURL(file).href);
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(answer));

async function read(url) {
  const told = { violations: [], requests: [], errors: [], wide: {}, sheets: {}, folded: 0 };
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ bypassCSP: true, offline: true, colorScheme });
    const page = await context.newPage();
    page.on("request", (request) => told.requests.push(request.url()));
    page.on("pageerror", (error) => told.errors.push(String(error)));
    await page.goto(url);
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate(() => window.axe.run(document));
    for (const { id, nodes } of violations) {
      told.violations.push(`${colorScheme} ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
    }
    await context.close();
  }
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  page.on("console", (message) => told.errors.push(message.text()));
  await page.goto(url);
  told.schemes = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    told.schemes.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  }
  await page.keyboard.press("Tab");
  told.first = await page.evaluate(() => {
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    return { name: focused.className, seen: box.left >= 0 && box.width > 0 };
  });
  for (const width of [1280, 640, 360]) {
    await page.setViewportSize({ width, height: 800 });
    told.wide[width] = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  }
  await page.emulateMedia({ media: "print" });
  for (const [name, [width, height]] of Object.entries(SHEETS)) {
    await page.setViewportSize({ width, height });
    told.sheets[name] = await page.evaluate(
      (height) => Math.round(height - document.querySelector(".cover")?.getBoundingClientRect().bottom - window.scrollY),
      height,
    );
  }
  told.folded = await page.evaluate(
    () => [...document.querySelectorAll("details > :not(summary)")].filter((one) => one.getBoundingClientRect().height === 0).length,
  );
  await context.close();
  return told;
}
