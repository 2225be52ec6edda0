/** How large something is, as people say it. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kilo = bytes / 1024;
  if (kilo < 1024) return `${Math.round(kilo)} KB`;
  return `${(kilo / 1024).toFixed(1)} MB`;
}

/** How a file is written in Markdown: a picture is shown, anything else is a link. */
export function fileInMarkdown(file: { id: string; name: string; kind: string }, address: string): string {
  const name = file.name.replace(/[[\]\\]/g, "\\$&");
  const picture = ["png", "jpeg", "gif", "webp"].includes(file.kind);
  return `${picture ? "!" : ""}[${name}](${address})`;
}

/** A moment by the reader's own clock as a file's name can hold it: `2026-11-23 17.18`. */
export function stampText(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}.${two(at.getMinutes())}`;
}
