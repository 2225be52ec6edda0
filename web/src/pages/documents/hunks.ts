import type { TextLine } from "../../api/documents";

/** Part of a difference: lines to be shown, or how many unchanged ones are left out. */
export type Hunk = { lines: TextLine[] } | { left_out: number };

/** The changed lines with `around` unchanged ones before and behind; what lies between is only counted. */
export function hunks(lines: TextLine[], around = 2): Hunk[] {
  const shown = lines.map((_, place) =>
    lines.slice(Math.max(0, place - around), place + around + 1).some((line) => line.kept !== "same"),
  );
  const found: Hunk[] = [];
  lines.forEach((line, place) => {
    const last = found.at(-1);
    if (shown[place]) {
      if (last && "lines" in last) last.lines.push(line);
      else found.push({ lines: [line] });
    } else if (last && "left_out" in last) last.left_out += 1;
    else found.push({ left_out: 1 });
  });
  return found;
}
