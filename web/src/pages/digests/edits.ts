// What somebody changes in a digest, and what is sent of it. Pure.
import type { DigestInput, DigestLine, DigestPage, Part } from "../../api/digests";

/** A drafted line as it is being edited; without words it is left out. */
export interface LineEdit {
  line: DigestLine;
  text: string | null;
}
export interface Sheet {
  note: string;
  lines: LineEdit[];
  added: { part: Part; text: string }[];
}

export const sheetOf = (digest: DigestPage): Sheet => ({
  note: digest.note,
  lines: digest.lines
    .filter((line) => line.standing !== "added")
    .map((line) => ({ line, text: line.standing === "left_out" ? null : line.text })),
  added: digest.lines.filter((line) => line.standing === "added").map(({ part, text }) => ({ part, text })),
});

/** What the draft says of a line now; nothing when it no longer has the line. */
const draftedOf = (line: DigestLine): string | null =>
  line.standing === "rewritten" ? (line.drafted ?? null) : line.text;

function changeOf({ line, text }: LineEdit): DigestInput["lines"] {
  const words = text?.trim() || null;
  const drafted = draftedOf(line);
  if (words !== null && words === drafted) return [];
  const was = line.standing === "left_out" ? null : line.text;
  const untouched = line.standing !== "drafted" && words === was;
  // Whoever changes the words now has seen what the draft says now.
  const over = untouched ? (line.over ?? "") : (drafted ?? line.over ?? "");
  return [{ key: line.key, part: line.part, text: words, over }];
}

export const inputOf = (digest: DigestPage, sheet: Sheet): DigestInput => ({
  note: sheet.note.trim(),
  lines: sheet.lines.flatMap(changeOf),
  added: sheet.added.map(({ part, text }) => ({ part, text: text.trim() })).filter(({ text }) => text),
  version: digest.version,
});

/** Takes what the draft says now in place of a changed line. */
export const taking = (digest: DigestPage, key: string): DigestInput => {
  const input = inputOf(digest, sheetOf(digest));
  return { ...input, lines: input.lines.filter((line) => line.key !== key) };
};

/** Keeps a changed line over what the draft says now. */
export const keeping = (digest: DigestPage, key: string): DigestInput => {
  const input = inputOf(digest, sheetOf(digest));
  const now = digest.lines.find((line) => line.key === key);
  const over = now ? (draftedOf(now) ?? "") : "";
  return { ...input, lines: input.lines.map((line) => (line.key === key ? { ...line, over } : line)) };
};
