import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "../../api/client";
import { type Entered, type Start, startsApi } from "../../api/starts";
import { t } from "../../i18n/texts";
import { say } from "../../ui/toast";
import { Keeper, type Keeping } from "./keeper";

/** How long typing rests before what was entered is kept. */
const REST = 400;

/** An unfinished start that keeps by itself what is entered. */
export function useStart(first: Start) {
  const client = useQueryClient();
  const [view, setView] = useState(first);
  const [entered, setEntered] = useState(first.start);
  const [keeping, setKeeping] = useState<Keeping>("saved");
  const version = useRef(first.version);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const save = async (sent: Entered): Promise<Entered> => {
    const show = (now: Start) => {
      version.current = now.version;
      setView(now);
    };
    try {
      const answer = await startsApi.save(first.id, sent, version.current);
      show(answer);
      client.setQueryData(["start", first.id], answer);
      void client.invalidateQueries({ queryKey: ["starts"] });
      return sent;
    } catch (error) {
      const conflict = error instanceof Problem && error.code === "version_conflict";
      const current = conflict ? (error.body as { current?: Start }).current : undefined;
      if (!current) throw error;
      show(current);
      setEntered(current.start);
      say(t("start.changed"), { tone: "bad" });
      return current.start;
    }
  };
  const [keeper] = useState(() => new Keeper(first.start, save, setKeeping));

  const keep = useCallback((): Promise<void> => {
    clearTimeout(timer.current);
    return keeper.keep();
  }, [keeper]);

  const change = useCallback(
    (part: Partial<Entered>) => {
      const now = { ...keeper.entered, ...part };
      keeper.enter(now);
      setEntered(now);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void keep(), REST);
    },
    [keeper, keep],
  );

  useEffect(() => {
    // Whoever leaves the page, or looks at something else, loses nothing.
    const leave = () => void keep();
    document.addEventListener("visibilitychange", leave);
    return () => {
      document.removeEventListener("visibilitychange", leave);
      leave();
    };
  }, [keep]);

  return { view, entered, change, keep, keeping, version };
}
