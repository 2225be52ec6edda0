import { useSyncExternalStore } from "react";
import { Problem } from "../api/client";
import { t } from "../i18n/texts";
import { Button, IconButton } from "./button";
import { Icon } from "./icon";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  action?: { label: string; run: () => void };
}

let toasts: Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(value: Toast[]) {
  toasts = value;
  for (const listener of listeners) listener();
}

const drop = (id: number) => set(toasts.filter((toast) => toast.id !== id));

/** Says something in passing, with one thing that can be done about it. */
export function say(
  text: string,
  options: { tone?: "plain" | "bad"; action?: Toast["action"]; seconds?: number } = {},
) {
  const toast: Toast = { id: next++, text, tone: options.tone ?? "plain", action: options.action };
  set([...toasts.slice(-2), toast]);
  setTimeout(() => drop(toast.id), (options.seconds ?? (options.tone === "bad" ? 9 : 6)) * 1000);
  return () => drop(toast.id);
}

/** What a person reads when something went wrong: what happened and what to do. */
export function problemText(error: unknown): string {
  if (error instanceof Problem) {
    if (error.code === "unreachable") return t("web.problem.unreachable");
    const field = error.fields[0]?.message;
    return (
      [
        error.title,
        error.detail && error.detail !== error.title ? error.detail : "",
        field && field !== error.detail ? field : "",
      ]
        .filter(Boolean)
        .join(" · ") || t("web.problem.unknown")
    );
  }
  return t("web.problem.unknown");
}

export const sayProblem = (error: unknown) => say(problemText(error), { tone: "bad" });

/**
 * Undo instead of «are you sure»: runs `commit` after a short while unless it is taken back.
 * Leaving the page commits at once.
 */
export function later(text: string, commit: (leaving: boolean) => void, takeBack: () => void) {
  let open = true;
  const finish = (leaving: boolean) => {
    if (!open) return;
    open = false;
    removeEventListener("pagehide", onLeave);
    clearTimeout(timer);
    commit(leaving);
  };
  const onLeave = () => finish(true);
  addEventListener("pagehide", onLeave);
  const timer = setTimeout(() => finish(false), 6000);
  const close = say(text, {
    action: {
      label: t("web.undo"),
      run: () => {
        if (!open) return;
        open = false;
        clearTimeout(timer);
        removeEventListener("pagehide", onLeave);
        close();
        takeBack();
      },
    },
  });
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`}>
          {toast.tone === "bad" && <Icon name="warn" />}
          <span className="grow">{toast.text}</span>
          {toast.action && (
            <Button
              tone="ghost"
              small
              onPress={() => {
                toast.action?.run();
                drop(toast.id);
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton icon="x" label={t("web.close")} size={14} onPress={() => drop(toast.id)} />
        </div>
      ))}
    </div>
  );
}
