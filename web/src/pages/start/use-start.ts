import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "../../api/client";
import { type Entered, type Start, startsApi } from "../../api/starts";
import { t } from "../../i18n/texts";
import { say } from "../../ui/toast";

/** How long typing rests before what was entered is kept. */
const REST = 400;

export type Keeping = "saved" | "saving" | "unsaved";

/** An unfinished start that keeps by itself what is entered; one save after the other. */
export function useStart(first: Start) {
  const client = useQueryClient();
  const [view, setView] = useState(first);
  const [entered, setEntered] = useState(first.start);
  const [keeping, setKeeping] = useState<Keeping>("saved");
  const latest = useRef(first.start);
  const kept = useRef(first.start);
  const version = useRef(first.version);
  const running = useRef<Promise<void> | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const keep = useCallback((): Promise<void> => {
    clearTimeout(timer.current);
    running.current ??= (async () => {
      try {
        while (kept.current !== latest.current) {
          setKeeping("saving");
          const sent = latest.current;
          const answer = await startsApi.save(first.id, sent, version.current);
          version.current = answer.version;
          kept.current = sent;
          setView(answer);
          client.setQueryData(["start", first.id], answer);
        }
        setKeeping("saved");
        void client.invalidateQueries({ queryKey: ["starts"] });
      } catch (error) {
        const current =
          error instanceof Problem && error.code === "version_conflict"
            ? (error.body as { current?: Start }).current
            : undefined;
        if (current) {
          version.current = current.version;
          latest.current = kept.current = current.start;
          setView(current);
          setEntered(current.start);
          setKeeping("saved");
          say(t("start.changed"), { tone: "bad" });
        } else setKeeping("unsaved");
      } finally {
        running.current = null;
      }
    })();
    return running.current;
  }, [client, first.id]);

  const change = useCallback(
    (part: Partial<Entered>) => {
      latest.current = { ...latest.current, ...part };
      setEntered(latest.current);
      setKeeping("saving");
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void keep(), REST);
    },
    [keep],
  );

  useEffect(() => {
    // Whoever leaves the page, or looks at something else, loses nothing.
    const leave = () => {
      if (kept.current !== latest.current) void keep();
    };
    document.addEventListener("visibilitychange", leave);
    return () => {
      document.removeEventListener("visibilitychange", leave);
      leave();
    };
  }, [keep]);

  return { view, entered, change, keep, keeping, version };
}
