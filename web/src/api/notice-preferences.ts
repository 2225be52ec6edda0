// How one wants to be told of ordinary matters.
import { call, get } from "./client";

export type News = "tasks" | "problems" | "minutes";
export type Handling = "at_once" | "gathered" | "never";
export const NEWS: News[] = ["tasks", "problems", "minutes"];
export const HANDLINGS: Handling[] = ["at_once", "gathered", "never"];

export interface NoticePreferences {
  quiet?: { from: string; to: string } | null;
  news: Record<News, Handling>;
  gather_at: string[];
  ways: { identity: string; platform: string; account: string; first: boolean }[];
}

export interface NoticePreferencesInput {
  quiet: { from: string; to: string } | null;
  news: Record<News, Handling>;
  gather_at: string[];
  first?: string;
}

export const noticePreferencesApi = {
  own: () => get<NoticePreferences>("/notice_preferences"),
  set: (input: NoticePreferencesInput) => call<NoticePreferences>("PUT", "/notice_preferences", input),
};
