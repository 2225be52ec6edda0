import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Button, Input, Label, TextField } from "react-aria-components";
import { api } from "../api/api";
import type { Instant, TimeReading } from "../api/types";
import { t } from "../i18n/texts";
import { fullTime, readerZone, shortTime, weekdayText } from "../time/format";
import { now } from "../time/now";
import { fromLocalInput, instantOf, toLocalInput, wall } from "../time/zone";

/** Times that are often wanted, from now on the reader's calendar. */
function common(): { label: string; at: Instant }[] {
  const zone = readerZone();
  const here = wall(now(), zone);
  const at = (days: number, hour: number) =>
    new Date(instantOf(zone, here.year, here.month, here.day + days, hour, 0)).toISOString();
  const toFriday = here.weekday <= 5 ? 5 - here.weekday : 6;
  const list = [
    { label: t("web.time.today", { clock: "17:00" }), at: at(0, 17) },
    { label: t("web.time.tomorrow", { clock: "12:00" }), at: at(1, 12) },
    { label: `${weekdayText(5)} 17:00`, at: at(toFriday, 17) },
    { label: t("web.time.next_monday", { clock: "10:00" }), at: at(8 - here.weekday, 10) },
  ];
  return list.filter((each) => Date.parse(each.at) > now());
}

/**
 * Takes a time as people write it (「周五12:00前」, «tomorrow 5pm»), read by the server, or from the calendar.
 * What is ambiguous is asked back.
 */
export function TimeField({
  label,
  value,
  onChange,
  hideLabel,
  autoFocus,
  error,
}: {
  label: string;
  value: Instant | null;
  onChange: (value: Instant | null) => void;
  hideLabel?: boolean;
  autoFocus?: boolean;
  error?: string;
}) {
  const [words, setWords] = useState("");
  const [reading, setReading] = useState<TimeReading | null>(null);
  const asked = useRef(0);
  const report = useRef(onChange);
  report.current = onChange;

  useEffect(() => {
    const text = words.trim();
    const turn = ++asked.current;
    setReading(null);
    if (!text) return;
    const timer = setTimeout(() => {
      api.readTime(text).then(
        (read) => {
          if (turn !== asked.current) return;
          setReading(read);
          if (read.kind === "found") report.current(read.at);
        },
        () => {},
      );
    }, 250);
    return () => clearTimeout(timer);
  }, [words]);

  const choose = (at: Instant | null) => {
    asked.current++;
    setWords("");
    setReading(null);
    onChange(at);
  };

  // What was just typed is read before a form is sent.
  const onKeyDown = (event: KeyboardEvent) => {
    const text = words.trim();
    if (event.key !== "Enter" || event.nativeEvent.isComposing || !text || reading) return;
    event.preventDefault();
    const form = (event.target as HTMLElement).closest("form");
    const turn = ++asked.current;
    api.readTime(text).then(
      (read) => {
        if (turn !== asked.current) return;
        setReading(read);
        if (read.kind !== "found") return;
        report.current(read.at);
        setTimeout(() => form?.requestSubmit(), 0);
      },
      () => {},
    );
  };

  return (
    <div className="field">
      <TextField value={words} onChange={setWords} className="field" autoFocus={autoFocus}>
        <Label className={hideLabel ? "sr" : "field-label"}>{label}</Label>
        <div className="time-inputs">
          <Input
            className="input"
            onKeyDown={onKeyDown}
            placeholder={value ? shortTime(value) : t("web.time.placeholder")}
          />
          <input
            type="datetime-local"
            className="input calendar-input"
            aria-label={t("web.time.calendar")}
            value={value ? toLocalInput(value, readerZone()) : ""}
            onChange={(event) => choose(event.target.value ? fromLocalInput(event.target.value, readerZone()) : null)}
          />
        </div>
      </TextField>
      <div className="suggestions">
        {(reading?.kind === "ambiguous" ? reading.candidates : common()).map((each) => (
          <Button key={each.at + each.label} className="suggestion" onPress={() => choose(each.at)}>
            {each.label}
          </Button>
        ))}
      </div>
      <span
        className={error || reading?.kind === "past" || reading?.kind === "none" ? "field-error" : "field-hint"}
        aria-live="polite"
      >
        {error
          ? error
          : reading?.kind === "ambiguous"
            ? t("web.time.which")
            : reading?.kind === "past"
              ? t("web.time.past", { time: shortTime(reading.at) })
              : reading?.kind === "none"
                ? t("web.time.unread")
                : value
                  ? fullTime(value)
                  : t("web.time.hint")}
      </span>
    </div>
  );
}
