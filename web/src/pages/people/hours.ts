// Working hours as people type them: `09:00-12:00, 13:30-18:00`. Pure.

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];

export interface Hours {
  time_zone: string;
  week: Partial<Record<Day, string[]>>;
  public_holidays?: string;
}

export const isHours = (value: unknown): value is Hours =>
  typeof value === "object" && value !== null && "week" in value && "time_zone" in value;

export const dayWords = (shifts: string[] | undefined): string => (shifts ?? []).join(", ");

/** Reads one day's line; `null` when it is no list of shifts. Empty means a day off. */
export function readDay(line: string): string[] | null {
  const normal = line
    .replace(/[：]/g, ":")
    .replace(/[－–—~～至到]/g, "-")
    .replace(/[，、;；]/g, ",");
  const parts = normal
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  const shifts: string[] = [];
  for (const part of parts) {
    const match = /^(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?$/.exec(part);
    if (!match) return null;
    const [from, to] = [
      [Number(match[1]), Number(match[2] ?? 0)],
      [Number(match[3]), Number(match[4] ?? 0)],
    ] as const;
    if (from[0] > 23 || to[0] > 24 || from[1] > 59 || to[1] > 59) return null;
    const text = ([hour, minute]: readonly [number, number]) =>
      `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
    shifts.push(`${text(from)}-${text(to)}`);
  }
  return shifts;
}
