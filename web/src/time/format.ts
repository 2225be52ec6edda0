import type { Instant } from "../api/types";
import { language, t } from "../i18n/texts";
import { now } from "./now";
import { daysBetween, wall } from "./zone";

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The reader's zone; every time on the page is shown in it. */
export const readerZone = () => zone;
export function setReaderZone(next: string) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: next });
    zone = next;
  } catch {
    // An unknown zone name: the device's own stays.
  }
}

const two = (value: number) => String(value).padStart(2, "0");
const WEEKDAYS = {
  "zh-CN": ["一", "二", "三", "四", "五", "六", "日"],
  en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
};

export function weekdayText(weekday: number): string {
  const name = WEEKDAYS[language()][weekday - 1] ?? "";
  return language() === "en" ? name : `周${name}`;
}

/** As people say it: 今天 17:00, 明天 10:00, 周五 12:00, 12月3日 09:00. */
export function shortTime(instant: Instant | number): string {
  const at = typeof instant === "number" ? instant : Date.parse(instant);
  if (Number.isNaN(at)) return "";
  const here = wall(at, zone);
  const clock = `${two(here.hour)}:${two(here.minute)}`;
  const days = daysBetween(now(), at, zone);
  if (days === 0) return t("web.time.today", { clock });
  if (days === 1) return t("web.time.tomorrow", { clock });
  if (days === -1) return t("web.time.yesterday", { clock });
  const today = wall(now(), zone);
  if (days > 1 && today.weekday + days <= 7) return `${weekdayText(here.weekday)} ${clock}`;
  return `${shortDay(here.year, here.month, here.day, here.year !== today.year)} ${clock}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function shortDay(year: number, month: number, day: number, withYear: boolean): string {
  if (language() === "en") return `${day} ${MONTHS[month - 1]}${withYear ? ` ${year}` : ""}`;
  return `${withYear ? `${year}年` : ""}${month}月${day}日`;
}

/** Weekday, day and time, for courses that run over several days: 周一 09:50, 12月3日 周四 09:50. */
export function weekdayTime(instant: Instant): string {
  const at = Date.parse(instant);
  const here = wall(at, zone);
  const text = `${weekdayText(here.weekday)} ${two(here.hour)}:${two(here.minute)}`;
  const days = daysBetween(now(), at, zone);
  return days >= 0 && days < 7 ? text : `${shortDay(here.year, here.month, here.day, false)} ${text}`;
}

/** Everything about an instant, for a tooltip. */
export function fullTime(instant: Instant, inZone = zone): string {
  const here = wall(Date.parse(instant), inZone);
  return `${shortDay(here.year, here.month, here.day, true)} ${weekdayText(here.weekday)} ${two(here.hour)}:${two(here.minute)} (${inZone})`;
}

/** A calendar day such as `2026-12-31`. */
export function dayText(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  return year && month && date ? shortDay(year, month, date, year !== wall(now(), zone).year) : day;
}

/** Only the time of the day. */
export function clockText(instant: Instant): string {
  const here = wall(Date.parse(instant), zone);
  return `${two(here.hour)}:${two(here.minute)}`;
}
