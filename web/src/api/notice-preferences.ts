// How one wants to be told of ordinary matters.
import { call, get } from "./client";

export type News = "tasks" | "problems" | "minutes";
export type Handling = "at_once" | "gathered" | "never";
export const NEWS: News[] = ["tasks", "problems", "minutes"];
export const HANDLINGS: Handling[] = ["at_once", "gathered", "never"];

export interface Hours {
  from: string;
  to: string;
}

/** What is different on a platform; what is left out is as everywhere. */
export interface OnPlatform {
  ordinary: boolean;
  news: Partial<Record<News, Handling>>;
  quiet: { kind: "as_usual" } | { kind: "off" } | ({ kind: "hours" } & Hours);
}

export interface NoticePreferences {
  quiet?: Hours | null;
  silent_until?: string | null;
  platforms: Record<string, OnPlatform>;
  news: Record<News, Handling>;
  gather_at: string[];
  ways: { identity: string; platform: string; account: string; first: boolean }[];
}

export interface NoticePreferencesInput {
  quiet: Hours | null;
  silent_until: string | null;
  platforms: Record<string, OnPlatform>;
  news: Record<News, Handling>;
  gather_at: string[];
  first?: string;
}

export const noticePreferencesApi = {
  own: () => get<NoticePreferences>("/notice_preferences"),
  set: (input: NoticePreferencesInput) => call<NoticePreferences>("PUT", "/notice_preferences", input),
};
