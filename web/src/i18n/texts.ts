// Texts come from the files under `locales/` that the server reads too.
import type centreFile from "../../../locales/zh-CN/centre.json";
import type directoryFile from "../../../locales/zh-CN/directory_page.json";
import type digestFile from "../../../locales/zh-CN/digest.json";
import type documentsFile from "../../../locales/zh-CN/documents.json";
import type domainFile from "../../../locales/zh-CN/domain.json";
import type laterFile from "../../../locales/zh-CN/later.json";
import type mirrorFile from "../../../locales/zh-CN/mirror.json";
import type meetingFile from "../../../locales/zh-CN/meeting.json";
import type minutesFile from "../../../locales/zh-CN/minutes.json";
import type noticesFile from "../../../locales/zh-CN/notice_preference.json";
import type rulesFile from "../../../locales/zh-CN/rules.json";
import type searchFile from "../../../locales/zh-CN/search.json";
import type startFile from "../../../locales/zh-CN/start.json";
import type signOffFile from "../../../locales/zh-CN/sign_off.json";
import type webFile from "../../../locales/zh-CN/web.json";
import { speakTo } from "../api/client";
import type { Language } from "../api/types";

export type Key =
  | keyof typeof centreFile
  | keyof typeof domainFile
  | keyof typeof webFile
  | keyof typeof searchFile
  | keyof typeof meetingFile
  | keyof typeof minutesFile
  | keyof typeof digestFile
  | keyof typeof noticesFile
  | keyof typeof documentsFile
  | keyof typeof rulesFile
  | keyof typeof startFile
  | keyof typeof signOffFile
  | keyof typeof mirrorFile
  | keyof typeof laterFile
  | keyof typeof directoryFile;

const KEPT = "huan.language";
let texts: Record<string, string> = {};
let current: Language = "zh-CN";

const files: Record<Language, () => Promise<{ default: Record<string, string> }[]>> = {
  "zh-CN": () =>
    Promise.all([
      import("../../../locales/zh-CN/domain.json"),
      import("../../../locales/zh-CN/clock.json"),
      import("../../../locales/zh-CN/web.json"),
    ]),
  en: () =>
    Promise.all([
      import("../../../locales/en/domain.json"),
      import("../../../locales/en/clock.json"),
      import("../../../locales/en/web.json"),
    ]),
};

/** The texts of pages that are fetched when they are opened. */
const later: Record<Language, () => Promise<{ default: Record<string, string> }>>[] = [];

/** Loads the texts of a page with it, and from then on in every language that is chosen. */
async function addTexts(of: (typeof later)[number]): Promise<void> {
  later.push(of);
  Object.assign(texts, (await of[current]()).default);
}

/** Texts that the first page does not need, by the area that they are fetched for. */
const areas = {
  digest: {
    "zh-CN": () => import("../../../locales/zh-CN/digest.json"),
    en: () => import("../../../locales/en/digest.json"),
  },
  centre: {
    "zh-CN": () => import("../../../locales/zh-CN/centre.json"),
    en: () => import("../../../locales/en/centre.json"),
  },
  directory: {
    "zh-CN": () => import("../../../locales/zh-CN/directory_page.json"),
    en: () => import("../../../locales/en/directory_page.json"),
  },
  documents: {
    "zh-CN": () => import("../../../locales/zh-CN/documents.json"),
    en: () => import("../../../locales/en/documents.json"),
  },
  history: {
    "zh-CN": () => import("../../../locales/zh-CN/history.json"),
    en: () => import("../../../locales/en/history.json"),
  },
  later: {
    "zh-CN": () => import("../../../locales/zh-CN/later.json"),
    en: () => import("../../../locales/en/later.json"),
  },
  rules: {
    "zh-CN": () => import("../../../locales/zh-CN/rules.json"),
    en: () => import("../../../locales/en/rules.json"),
  },
  start: {
    "zh-CN": () => import("../../../locales/zh-CN/start.json"),
    en: () => import("../../../locales/en/start.json"),
  },
  meeting: {
    "zh-CN": () => import("../../../locales/zh-CN/meeting.json"),
    en: () => import("../../../locales/en/meeting.json"),
  },
  minutes: {
    "zh-CN": () => import("../../../locales/zh-CN/minutes.json"),
    en: () => import("../../../locales/en/minutes.json"),
  },
  notices: {
    "zh-CN": () => import("../../../locales/zh-CN/notice_preference.json"),
    en: () => import("../../../locales/en/notice_preference.json"),
  },
  mirror: {
    "zh-CN": () => import("../../../locales/zh-CN/mirror.json"),
    en: () => import("../../../locales/en/mirror.json"),
  },
  search: {
    "zh-CN": () => import("../../../locales/zh-CN/search.json"),
    en: () => import("../../../locales/en/search.json"),
  },
  sign_off: {
    "zh-CN": () => import("../../../locales/zh-CN/sign_off.json"),
    en: () => import("../../../locales/en/sign_off.json"),
  },
};
const coming = new Map<keyof typeof areas, Promise<void>>();

/** Loads `page` together with the texts that it needs. */
export async function withTexts<T>(area: keyof typeof areas, page: Promise<T>): Promise<T> {
  const added = coming.get(area) ?? addTexts(areas[area]);
  coming.set(area, added);
  // What could not be fetched is fetched with the next page.
  added.catch(() => coming.delete(area));
  const [loaded] = await Promise.all([page, added]);
  return loaded;
}

export const language = (): Language => current;

/** What was last chosen here, else what the browser asks for, else Chinese. */
export function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh")
    ? "zh-CN"
    : navigator.language.startsWith("en")
      ? "en"
      : "zh-CN";
}

export async function loadTexts(next: Language): Promise<void> {
  const loaded = [...(await files[next]()), ...(await Promise.all(later.map((each) => each[next]())))];
  texts = Object.assign({}, ...loaded.map((file) => file.default));
  current = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
  speakTo(next);
}

export function fill(template: string, values?: Record<string, string | number>): string {
  if (!values) return template;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The text of `key`; a missing one shows its key. */
export function t(key: Key, values?: Record<string, string | number>): string {
  return fill(texts[key] ?? key, values);
}

/** The text of a key made at run time, or `fallback`. */
export function tMaybe(key: string, fallback: string): string {
  return texts[key] ?? fallback;
}
