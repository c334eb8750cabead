// Debian's chromium, driven by playwright-core. One browser for a test file, one fresh context for a page.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const BASE_URL = (process.env.BASE_URL ?? "http://127.0.0.1:8080").replace(/\/$/, "");

export const WIDTHS = { desk: 1280, phone: 375 };

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ARGUMENTS,
  });
}

/** The demonstration's accounts, written by the program: {base_url, accounts, operators}. */
export function demo() {
  const path = process.env.DEMO_JSON;
  if (!path) throw new Error("DEMO_JSON is not set: path of the demo.json written by the demonstration");
  return JSON.parse(readFileSync(path, "utf8"));
}

/** An account by its role, or by {service, role} when two services use the same word. */
export function account(who) {
  const wanted = typeof who === "string" ? { role: who } : who;
  const matches = demo().accounts.filter((candidate) =>
    Object.entries(wanted).every(([key, value]) => candidate[key] === value),
  );
  if (matches.length === 0) throw new Error(`no account ${JSON.stringify(wanted)} in ${process.env.DEMO_JSON}`);
  return matches[0];
}

/** The address of a path, or of an absolute address of the demonstration, under BASE_URL. */
export function address(path) {
  const url = new URL(path, `${BASE_URL}/`);
  return `${BASE_URL}${url.pathname}${url.search}${url.hash}`;
}

/**
 * Opens a fresh page, signed in when `as` names a role.
 * The caller closes it with `page.context().close()`, or uses `withPage`.
 */
export async function open(browser, { width = WIDTHS.desk, javascript = true, as = null, scheme = "light", csp = false } = {}) {
  const phone = width < 768;
  const context = await browser.newContext({
    viewport: { width, height: phone ? 812 : 900 },
    isMobile: phone,
    hasTouch: phone,
    javaScriptEnabled: javascript,
    colorScheme: scheme,
    reducedMotion: "reduce",
    locale: "fr-FR",
    timezoneId: "Europe/Paris",
    // Pages carry a strict content policy; axe is injected by the test.
    bypassCSP: javascript && !csp,
  });
  if (as) {
    // In a tab of its own: what it was still loading does not mix with the page looked at.
    const door = await context.newPage();
    const response = await door.goto(address(account(as).sign_in_url));
    if (!response?.ok()) {
      await context.close();
      throw new Error(`sign-in as ${JSON.stringify(as)} answered ${response?.status()}`);
    }
    await door.close();
  }
  return context.newPage();
}

export async function withPage(browser, options, work) {
  const page = await open(browser, options);
  try {
    return await work(page);
  } finally {
    await page.context().close();
  }
}
