import type { Finding, Page } from "./types";

const BASE = "/api/v1";

export interface FieldProblem extends Partial<Finding> {
  field: string;
  code: string;
  message: string;
}

/** An answer of the server that says no, or no answer at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly fields: FieldProblem[] = [],
    readonly body: unknown = null,
  ) {
    super(detail || title);
    this.name = "Problem";
  }

  field(name: string): string | undefined {
    return this.fields.find((field) => field.field === name)?.message;
  }
}

/** Every part of a list. For lists of which each part is needed, such as a tree; they have some hundred rows at most. */
export async function everyPart<T>(part: (cursor?: string) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await part(cursor);
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return found;
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

let language = "zh-CN";
let onSignedOut: () => void = () => {};

export function speakTo(tag: string) {
  language = tag;
}
export const spoken = () => language;
export function whenSignedOut(listener: () => void) {
  onSignedOut = listener;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  // Only secure origins have randomUUID; a self-hosted page may be plain HTTP inside a company.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the server says is wrong. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = await response.json().catch(() => null);
  return new Problem(
    response.status,
    body?.code ?? "unavailable",
    body?.title ?? response.statusText,
    body?.detail ?? "",
    body?.fields ?? [],
    body,
  );
}

/**
 * One call of the API. A write keeps its idempotency key while it is tried again after a lost answer,
 * so that it happens once whatever the network does.
 */
export async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  options: { raw?: boolean; keepalive?: boolean; quiet?: boolean } = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language };
  if (method !== "GET") {
    headers["X-Huan-CSRF"] = "1";
    headers["Idempotency-Key"] = newKey();
  }
  if (body !== undefined) headers["Content-Type"] = options.raw ? "text/plain; charset=utf-8" : "application/json";
  for (let attempt = 0; ; attempt++) {
    let failure: Problem;
    try {
      const response = await fetch(BASE + path, {
        method,
        headers,
        body: body === undefined ? undefined : options.raw ? (body as string) : JSON.stringify(body),
        credentials: "same-origin",
        keepalive: options.keepalive ?? false,
      });
      if (response.ok) {
        const text = await response.text();
        return (text ? JSON.parse(text) : undefined) as T;
      }
      failure = await problemOf(response);
      if (response.status === 401 && !options.quiet) onSignedOut();
      if (response.status < 500) throw failure;
    } catch (error) {
      if (error instanceof Problem) throw error;
      failure = new Problem(0, "unreachable", "", "");
    }
    if (attempt >= 2) throw failure;
    await pause(400 * 3 ** attempt);
  }
}

export const get = <T>(path: string) => call<T>("GET", path);

export function query(parameters: Record<string, string | number | boolean | null | undefined>): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  if (pairs.length === 0) return "";
  return `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()}`;
}
