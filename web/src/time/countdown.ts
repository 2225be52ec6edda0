// What a countdown chip says and how urgent it looks. Pure.

export type Urgency = "calm" | "soon" | "close" | "over";

export interface Countdown {
  over: boolean;
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
  urgency: Urgency;
}

const SECOND = 1000;

/** By the share that is left: half is fine, a fifth is close. Without a start the last day and hours decide. */
export function urgency(now: number, due: number, started?: number): Urgency {
  const left = due - now;
  if (left <= 0) return "over";
  if (started !== undefined && due > started) {
    const share = left / (due - started);
    return share > 0.5 ? "calm" : share > 0.2 ? "soon" : "close";
  }
  return left > 24 * 3600 * SECOND ? "calm" : left > 4 * 3600 * SECOND ? "soon" : "close";
}

export function countdown(now: number, due: number, started?: number): Countdown {
  const left = Math.floor(Math.abs(due - now) / SECOND);
  return {
    over: due - now <= 0,
    days: Math.floor(left / 86400),
    hours: Math.floor((left % 86400) / 3600),
    minutes: Math.floor((left % 3600) / 60),
    seconds: left % 60,
    urgency: urgency(now, due, started),
  };
}

/** The two largest units: `2d 3h`, `1h 42m`, `9:31`. */
export function countdownText(value: Countdown, unit: (name: "d" | "h" | "m", count: number) => string): string {
  if (value.days > 0) return unit("d", value.days) + (value.hours > 0 && value.days < 3 ? unit("h", value.hours) : "");
  if (value.hours > 0) return unit("h", value.hours) + (value.minutes > 0 ? unit("m", value.minutes) : "");
  if (value.over || value.minutes >= 30) return unit("m", Math.max(value.minutes, value.over ? 0 : 1));
  return `${value.minutes}:${String(value.seconds).padStart(2, "0")}`;
}
