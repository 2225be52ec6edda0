import { describe, expect, it } from "vitest";
import { countdown, countdownText, urgency } from "./countdown";
import { daysBetween, fromLocalInput, instantOf, toLocalInput, wall } from "./zone";

const HOUR = 3_600_000;
const unit = (name: string, count: number) => `${count}${name}`;

describe("countdown", () => {
  it("colours by the share that is left", () => {
    expect(urgency(0, 2 * HOUR, 0)).toBe("calm");
    expect(urgency(HOUR, 2 * HOUR, 0)).toBe("soon");
    expect(urgency(1.7 * HOUR, 2 * HOUR, 0)).toBe("close");
    expect(urgency(2 * HOUR, 2 * HOUR, 0)).toBe("over");
  });
  it("says the two largest units, and seconds near the end", () => {
    const text = (left: number) => countdownText(countdown(0, left), unit);
    expect(text(102 * 60_000)).toBe("1h42m");
    expect(text(9 * 60_000 + 31_000)).toBe("9:31");
    expect(text(42 * 60_000)).toBe("42m");
    expect(text(50 * HOUR)).toBe("2d2h");
    expect(text(75 * HOUR)).toBe("3d");
    expect(text(-12 * 60_000)).toBe("12m");
    expect(text(-10_000)).toBe("0m");
  });
});

describe("wall time", () => {
  it("goes to a zone and back", () => {
    const noon = instantOf("Asia/Shanghai", 2026, 11, 27, 12, 0);
    expect(new Date(noon).toISOString()).toBe("2026-11-27T04:00:00.000Z");
    expect(wall(noon, "Asia/Shanghai")).toMatchObject({ day: 27, hour: 12, weekday: 5 });
    expect(toLocalInput("2026-11-27T04:00:00Z", "Asia/Shanghai")).toBe("2026-11-27T12:00");
    expect(fromLocalInput("2026-11-27T12:00", "Asia/Shanghai")).toBe("2026-11-27T04:00:00.000Z");
  });
  it("knows summer time", () => {
    expect(fromLocalInput("2026-07-01T09:00", "Europe/Berlin")).toBe("2026-07-01T07:00:00.000Z");
    expect(fromLocalInput("2026-12-01T09:00", "Europe/Berlin")).toBe("2026-12-01T08:00:00.000Z");
  });
  it("counts days on the reader's calendar", () => {
    const late = Date.parse("2026-11-22T15:30:00Z");
    const early = Date.parse("2026-11-22T16:30:00Z");
    expect(daysBetween(late, early, "Asia/Shanghai")).toBe(1);
    expect(daysBetween(late, early, "UTC")).toBe(0);
  });
});
