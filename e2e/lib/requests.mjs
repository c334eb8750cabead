// What a page asks of the network, and what it says to the console.
import assert from "node:assert/strict";
import { BASE_URL } from "./browser.mjs";

/** First load without map: a rule of the project (docs, pages). */
export const MAXIMUM_BYTES = 300_000;

const HOME = new URL(BASE_URL).origin;

/** Starts listening; call it before `page.goto`. */
export async function watch(page) {
  const seen = { foreign: [], failed: [], errors: [], bytes: 0 };
  page.on("request", (request) => {
    const url = request.url();
    if (/^(data|blob|about):/.test(url)) return;
    if (new URL(url).origin !== HOME) seen.foreign.push(url);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) seen.failed.push(`${response.status()} ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    // What a navigation or a download interrupts has not failed.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") seen.failed.push(`${reason} ${request.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error") seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  // Bytes on the wire, as the browser counted them: headers and compressed bodies.
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  // A first load, even when signing in has already fetched the style.
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    seen.bytes += encodedDataLength;
  });
  return seen;
}

export function assertAtHome(seen) {
  assert.ok(seen.foreign.length === 0, `requests left ${HOME}:\n${seen.foreign.join("\n")}`);
}

export function assertLight(seen, maximum = MAXIMUM_BYTES) {
  assert.ok(seen.bytes > 0, "no byte was counted");
  assert.ok(seen.bytes < maximum, `${seen.bytes} bytes transferred, ${maximum} at most`);
}

/** A page asked for on purpose with a refusal (404, 403) gives its own line in `failed` and in the console: pass that status. */
export function assertQuiet(seen, expectedStatus = 200) {
  const wanted = (line) => expectedStatus < 400 || !line.includes(String(expectedStatus));
  const lines = [...seen.failed, ...seen.errors].filter(wanted);
  assert.ok(lines.length === 0, `failed requests or console errors:\n${lines.join("\n")}`);
}
