import { useEffect } from "react";
import { t } from "../i18n/texts";

/** Names the page in the browser's tab. */
export function useTitle(title: string | undefined) {
  useEffect(() => {
    document.title = title ? `${title} · ${t("web.huan")}` : t("web.huan");
  }, [title]);
}
