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
