import { Link } from "wouter";
import type { ToolChoice } from "../../api/starts";
import { t } from "../../i18n/texts";
import "./start.css";

/** What is still to be set up before something goes to its tool, and where that is done. */
export function SetUp({ tool, collaboration, may }: { tool: ToolChoice; collaboration: string; may: boolean }) {
  if (!tool.missing) return null;
  const tab = tool.missing === "group" ? "members" : "sync";
  return (
    <span className="tool-missing small">
      {t(`start.missing.${tool.missing}`)}{" "}
      {may && (
        <Link className="link" href={`/c/${collaboration}/${tab}`}>
          {t("start.missing.do")}
        </Link>
      )}
    </span>
  );
}
