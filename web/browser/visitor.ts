// A person at a real browser. Whatever the browser complains of is kept, and fails the test.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterEach } from "vitest";

const folder = resolve(import.meta.dirname, "shots");

/** Starts the browser. Nothing it does by itself may reach for the network. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.HUAN_CHROMIUM ?? "/usr/bin/chromium",
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
}

export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** What the browser complained of: console errors and warnings, errors of scripts, failed requests. */
  complaints: string[];
  /** Takes a picture into `browser/shots`. */
  shot: (name: string) => Promise<void>;
}

/**
 * Opens a window of its own. Answers listed in `expected` (as `409 PATCH /api/v1/records/…`) are no complaint: those are
 * what the test is about.
 */
export async function visitor(
  browser: Browser,
  options: BrowserContextOptions & { expected?: RegExp[] } = {},
): Promise<Visitor> {
  const { expected = [], ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    ...rest,
  });
  context.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  const complain = (text: string) => {
    if (!expected.some((like) => like.test(text))) complaints.push(text.slice(0, 600));
  };
  context.on("console", (message) => {
    // What the server refused is heard below, with its address.
    if (message.text().startsWith("Failed to load resource")) return;
    if (message.type() === "error" || message.type() === "warning") complain(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => complain(`script: ${error.error().stack ?? error.error().message}`));
  context.on("response", (response) => {
    if (response.status() >= 400)
      complain(`${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`);
  });
  context.on("requestfailed", (request) => {
    // A page that is left takes back what it asked for.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") complain(`${why} ${request.method()} ${request.url()}`);
  });
  const page = await context.newPage();
  return {
    context,
    page,
    complaints,
    shot: async (name) => {
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}.png`) });
    },
  };
}

/** Takes a picture of every window when a test fails. */
export function picturesOfFailures(windows: () => Record<string, Visitor | undefined>) {
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const [name, window] of Object.entries(windows()))
      await window?.shot(`failed-${task.name.replace(/\W+/g, "-").slice(0, 60)}-${name}`);
  });
}
