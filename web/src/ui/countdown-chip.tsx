import { useSyncExternalStore } from "react";
import { Button, Tooltip, TooltipTrigger } from "react-aria-components";
import type { Clock, Instant } from "../api/types";
import { t, tMaybe } from "../i18n/texts";
import { countdown, countdownText } from "../time/countdown";
import { fullTime, shortTime } from "../time/format";
import { now, onSecond } from "../time/now";
import { Icon } from "./icon";

const unit = (name: "d" | "h" | "m", count: number) => t(`web.unit.${name}`, { count });

/** Renders again only when what it says changes. */
function useCountdown(due: number, started?: number): { text: string; urgency: string } {
  const shown = useSyncExternalStore(onSecond, () => {
    const value = countdown(now(), due, started);
    const text = countdownText(value, unit);
    return `${value.urgency}|${value.over ? t("web.countdown.over", { text }) : t("web.countdown.left", { text })}`;
  });
  const bar = shown.indexOf("|");
  return { urgency: shown.slice(0, bar), text: shown.slice(bar + 1) };
}

/** A running clock. Pressing or hovering shows all about it. */
export function CountdownChip({
  clock,
  workspaceZone,
  plain,
}: {
  clock: Clock;
  workspaceZone?: string;
  plain?: boolean;
}) {
  const { text, urgency } = useCountdown(Date.parse(clock.due_at), Date.parse(clock.started_at));
  if (clock.state === "stopped" || clock.state === "ended") return null;
  const look = `chip ${clock.state === "paused" ? "paused" : urgency}`;
  const inside = (
    <>
      <Icon name={clock.state === "paused" ? "pause" : "clock"} size={13} />
      <span>{text}</span>
    </>
  );
  // Inside a link nothing else may take the focus.
  if (plain)
    return (
      <span
        className={look}
        title={`${tMaybe(`clock.kind.${clock.kind}`, clock.stage_name)} · ${t("web.clock.due", { time: fullTime(clock.due_at) })}`}
      >
        {inside}
      </span>
    );
  return (
    <TooltipTrigger delay={300}>
      <Button className={look}>{inside}</Button>
      <Tooltip className="tooltip" offset={6}>
        <strong>{tMaybe(`clock.kind.${clock.kind}`, clock.stage_name)}</strong>
        <br />
        {t("web.clock.due", { time: fullTime(clock.due_at) })}
        {workspaceZone && (
          <>
            <br />
            {fullTime(clock.due_at, workspaceZone)}
          </>
        )}
        {clock.next_at && (
          <>
            <br />
            {t("web.clock.next", { time: shortTime(clock.next_at) })}
          </>
        )}
        {clock.assumed_years && clock.assumed_years.length > 0 && (
          <>
            <br />
            {t("web.clock.assumed", { years: clock.assumed_years.join(", ") })}
          </>
        )}
      </Tooltip>
    </TooltipTrigger>
  );
}

/** A due time: how it is said, coloured as it nears. */
export function DueText({ at, done, since }: { at: Instant; done?: boolean; since?: Instant }) {
  const { urgency, text } = useCountdown(Date.parse(at), since ? Date.parse(since) : undefined);
  return (
    <time
      dateTime={at}
      title={done ? fullTime(at) : `${fullTime(at)} · ${text}`}
      className={done ? "due done" : `due ${urgency}`}
    >
      {shortTime(at)}
    </time>
  );
}
