// The service levels of a collaboration as a form. Pure.

export interface Span {
  minutes: number;
  basis: "elapsed" | "working";
}

export type LevelValue = Span | number | string | null;
export type Levels = Record<string, Record<string, LevelValue>>;

export interface LevelField {
  group: string;
  field: string;
  kind: "span" | "minutes" | "days" | "times" | "clock" | "text";
}

export const isSpan = (value: unknown): value is Span =>
  typeof value === "object" && value !== null && typeof (value as Span).minutes === "number" && "basis" in value;

/** The fields that can be edited, in the order in which they came. */
export function levelFields(levels: Levels): LevelField[] {
  const list: LevelField[] = [];
  for (const [group, values] of Object.entries(levels)) {
    // The rhythm of the digests has a form of its own.
    if (typeof values !== "object" || values === null || group === "digest") continue;
    for (const [field, value] of Object.entries(values)) {
      if (isSpan(value)) list.push({ group, field, kind: "span" });
      else if (typeof value === "number")
        list.push({
          group,
          field,
          kind: field.endsWith("_days") ? "days" : field.endsWith("_a_day") ? "times" : "minutes",
        });
      else if (typeof value === "string" && /^\d\d:\d\d/.test(value)) list.push({ group, field, kind: "clock" });
    }
  }
  return list;
}

/** The largest unit that holds `minutes` without a rest. */
export function unitOf(minutes: number): "h" | "m" {
  return minutes > 0 && minutes % 60 === 0 ? "h" : "m";
}

export function withLevel(levels: Levels, field: LevelField, value: LevelValue): Levels {
  return { ...levels, [field.group]: { ...levels[field.group], [field.field]: value } };
}
