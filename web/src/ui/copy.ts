import { t } from "../i18n/texts";
import { say } from "./toast";

/** Copies also where the clipboard is closed to the page: plain HTTP, older webviews. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(t("web.copied"), { seconds: 2 });
}
