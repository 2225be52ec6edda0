// Live updates: the server says what changed, the page asks again for what it shows.
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { setServerTime } from "../time/now";
import type { Topic } from "./types";

type Link = "live" | "lost";
let link: Link = "live";
const listeners = new Set<() => void>();

function setLink(next: Link) {
  if (next === link) return;
  link = next;
  for (const listener of listeners) listener();
}

export function useLink(): Link {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => link,
  );
}

/** The query keys that a change of `topic` makes stale. */
export function staleKeys(topic: Topic): string[][] {
  switch (topic.kind) {
    case "task":
      return [["desk"], ["centre"], ["tasks"], ["task", topic.id], ["history", topic.id], ["collaborations"], ["sync"]];
    case "problem":
      return [
        ["desk"],
        ["centre"],
        ["problems"],
        ["problem", topic.id],
        ["history", topic.id],
        ["deliveries", topic.id],
        ["emergencies"],
        ["emergency"],
        ["timeline"],
      ];
    case "minutes":
      return [
        ["desk"],
        ["centre"],
        ["minutes"],
        ["minutes-page", topic.id],
        ["history", topic.id],
        ["deliveries", topic.id],
      ];
    case "meeting":
      return [["desk"], ["meetings"], ["meeting", topic.id], ["history", topic.id], ["deliveries", topic.id]];
    case "entry":
      return [["centre"], ["entries"], ["entry", topic.id], ["history", topic.id]];
    case "chat_decision":
      return [["centre"]];
    case "document":
      return [["centre"], ["documents"], ["document", topic.id], ["history", topic.id]];
    case "file":
      return [["files"]];
    case "rules_reading":
      return [["desk"], ["rules"]];
    case "sign_off":
    case "signature":
      return [["desk"], ["sign-offs"], ["history", topic.id]];
    case "emergency":
    case "checklist_item":
      return [["emergencies"], ["emergency"], ["timeline"]];
    // What is said in a war room belongs to its timeline.
    case "message":
      return [["timeline"], ["centre"]];
    case "record":
      return [["desk"], ["centre"], ["records"], ["record", topic.id], ["history", topic.id], ["collaborations"]];
    case "collaboration":
      return [
        ["collaborations"],
        ["collaboration", topic.id],
        ["call-list", topic.id],
        ["rules", topic.id],
        ["charter", topic.id],
        ["channels"],
        ["groups", topic.id],
        ["centre", topic.id],
        ["history", topic.id],
        ["sync", topic.id],
        ["digests", topic.id],
        ["digest"],
      ];
    case "person":
      return [["people"], ["person", topic.id], ["identities"], ["directory"], ["desk"], ["me"]];
    case "account":
      return [["accounts"], ["directory"]];
    case "workspace":
      return [["people"], ["departments"], ["directory"]];
    case "channel":
      return [["channels"], ["collaboration"]];
    case "delivery":
      return [["deliveries"], ["desk"]];
    case "desk":
      return [["desk"]];
    default:
      return [];
  }
}

export function listen(client: QueryClient): () => void {
  let pending = new Map<string, string[]>();
  let timer: number | undefined;
  const flush = () => {
    timer = undefined;
    const keys = pending;
    pending = new Map();
    for (const queryKey of keys.values()) void client.invalidateQueries({ queryKey });
  };
  let source: EventSource | undefined;
  let again: number | undefined;
  let missed = false;
  const open = () => {
    source = new EventSource("/api/v1/events");
    source.addEventListener("hello", (event) => {
      setLink("live");
      const hello = JSON.parse((event as MessageEvent<string>).data) as { server_time?: string };
      if (hello.server_time) setServerTime(hello.server_time);
    });
    source.addEventListener("changed", (event) => {
      const { topics } = JSON.parse((event as MessageEvent<string>).data) as { topics: Topic[] };
      for (const topic of topics) for (const key of staleKeys(topic)) pending.set(key.join(" "), key);
      // A burst of changes is one round of questions.
      timer ??= window.setTimeout(flush, 60);
    });
    source.addEventListener("reset", () => void client.invalidateQueries());
    source.addEventListener("open", () => {
      if (missed) void client.invalidateQueries();
      missed = false;
      setLink("live");
    });
    source.addEventListener("error", () => {
      missed = true;
      setLink("lost");
      // After a lost network the browser comes back by itself; after a refusal it has to be asked to.
      if (source?.readyState !== EventSource.CLOSED) return;
      void client.invalidateQueries({ queryKey: ["me"] });
      again = window.setTimeout(open, 5000);
    });
  };
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = undefined;
  };
  // A browser opens six connections to a server at most, for all its tabs: one that nobody looks at gives its own back, else
  // the seventh tab would wait for ever. So does one that is left: the browser may keep it to come back to, stream and all.
  const pause = () => {
    missed = true;
    close();
  };
  const follow = () => {
    if (document.visibilityState === "hidden") pause();
    else if (!source) open();
  };
  follow();
  document.addEventListener("visibilitychange", follow);
  window.addEventListener("pagehide", pause);
  window.addEventListener("pageshow", follow);
  return () => {
    document.removeEventListener("visibilitychange", follow);
    window.removeEventListener("pagehide", pause);
    window.removeEventListener("pageshow", follow);
    close();
    clearTimeout(timer);
  };
}
