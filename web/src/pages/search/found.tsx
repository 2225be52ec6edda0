import type { Hit, HitKind, Segment } from "../../api/types";
import { t, tMaybe } from "../../i18n/texts";
import type { IconName } from "../../ui/icon";

export const KINDS: HitKind[] = [
  "message",
  "record",
  "task",
  "problem",
  "emergency",
  "minutes",
  "digest",
  "document",
  "entry",
  "file",
];

export const ICONS: Record<HitKind, IconName> = {
  message: "chat",
  record: "table",
  task: "task",
  problem: "warn",
  emergency: "bell",
  minutes: "chat",
  digest: "send",
  document: "copy",
  entry: "goal",
  file: "copy",
};

/** The place of a hit in the page. */
export function placeOf(hit: Hit): string | null {
  if (hit.kind === "task") return `/tasks/${hit.id}`;
  if (hit.kind === "problem") return `/problems/${hit.id}`;
  if (hit.kind === "emergency") return `/emergencies/${hit.id}`;
  if (hit.kind === "minutes") return `/minutes/${hit.id}`;
  if (hit.kind === "document") return `/documents/${hit.id}`;
  if (hit.kind === "entry") return `/entries/${hit.id}`;
  if (hit.kind === "message") return `/messages/${hit.id}`;
  if (!hit.collaboration) return null;
  // What is no picture is taken down; the library shows it among the others.
  if (hit.kind === "file") return `/c/${hit.collaboration.id}/library`;
  if (hit.kind === "digest") return `/c/${hit.collaboration.id}/digests?digest=${hit.id}`;
  return `/c/${hit.collaboration.id}/records?row=${hit.id}`;
}

/** Where a hit leads: a message to its original on the platform, where that can be opened. */
export const targetOf = (hit: Hit): string | null => hit.link ?? placeOf(hit);

export function stateText(hit: Hit): string | null {
  if (!hit.state) return null;
  const area = {
    task: "domain.stage",
    problem: "domain.problem_stage",
    record: "domain.status",
    emergency: "web.emergency.phase",
    minutes: "minutes.stage",
  };
  return hit.kind === "message" ||
    hit.kind === "digest" ||
    hit.kind === "document" ||
    hit.kind === "entry" ||
    hit.kind === "file"
    ? null
    : tMaybe(`${area[hit.kind]}.${hit.state}`, hit.state);
}

/** A text with what was looked for marked. */
export function Marked({ text }: { text: Segment[] }) {
  return text.map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name
    part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
  );
}

export const plain = (text: Segment[]): string => text.map((part) => part.text).join("");

/** What a hit is called in a line: its name, or for a message what was said. */
export const nameOf = (hit: Hit): Segment[] => (hit.kind === "message" ? hit.snippet : hit.title);

/** Who and where, in a few words. */
export function besides(hit: Hit): string {
  const who = hit.person?.name ?? hit.speaker;
  const where = hit.kind === "message" ? plain(hit.title) || t("search.direct") : hit.collaboration?.name;
  return [who, where].filter(Boolean).join(" · ");
}

/** What somebody opened last: for as long as this window is open, and gone with it. */
export interface Opened {
  id: string;
  kind: HitKind;
  name: string;
  beside: string;
  href: string;
}
const MOST = 6;
const keptFor = (person: string) => `huan.found.${person}`;

export function openedBy(person: string): Opened[] {
  try {
    return JSON.parse(sessionStorage.getItem(keptFor(person)) ?? "[]") as Opened[];
  } catch {
    return [];
  }
}

export function noteOpened(person: string, hit: Hit) {
  const href = targetOf(hit);
  if (!href) return;
  const number = hit.number ? `${hit.number} ` : "";
  const entry = { id: hit.id, kind: hit.kind, name: number + plain(nameOf(hit)), beside: besides(hit), href };
  const before = openedBy(person).filter((each) => each.id !== hit.id);
  sessionStorage.setItem(keptFor(person), JSON.stringify([entry, ...before].slice(0, MOST)));
}
