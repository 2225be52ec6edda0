import type { TextDifference } from "../../api/documents";
import { t } from "../../i18n/texts";
import { hunks } from "./hunks";

/** What changed between two texts, with a little of what stands around it. */
export function Difference({ difference, label }: { difference: TextDifference; label: string }) {
  const renamed = difference.from_title !== difference.to_title;
  const changed = difference.lines.some((line) => line.kept !== "same");
  return (
    <div className="stack tight">
      {renamed && (
        <p className="small">
          {t("documents.difference.title", { from: difference.from_title, to: difference.to_title })}
        </p>
      )}
      {changed ? (
        <ul className="document-difference" aria-label={label}>
          {hunks(difference.lines).map((hunk, place) =>
            "left_out" in hunk ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of a comparison have no other name
              <li key={place} className="left-out small">
                {t("documents.difference.same", { count: hunk.left_out })}
              </li>
            ) : (
              hunk.lines.map((line, within) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of a comparison have no other name
                <li key={`${place}.${within}`} className={line.kept}>
                  {line.kept === "removed" ? (
                    <del>{line.text || "\u00a0"}</del>
                  ) : line.kept === "added" ? (
                    <ins>{line.text || "\u00a0"}</ins>
                  ) : (
                    <span>{line.text || "\u00a0"}</span>
                  )}
                </li>
              ))
            ),
          )}
        </ul>
      ) : (
        <p className="small quiet">{t("documents.difference.none")}</p>
      )}
    </div>
  );
}
