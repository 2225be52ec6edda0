import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { api } from "../../../api/api";
import type { Finding, Instant } from "../../../api/types";
import { t } from "../../../i18n/texts";
import { Icon } from "../../../ui/icon";

/** What is vague in `text`, looked at while it is typed (H3). */
export function useWording(text: string, on: boolean, owner?: string, dueAt?: Instant | null): Finding[] {
  const [findings, setFindings] = useState<{ text: string; found: Finding[] }>({ text: "", found: [] });
  useEffect(() => {
    if (!on || !text.trim()) return;
    let current = true;
    const timer = setTimeout(() => {
      api.wording(text, owner, dueAt).then(
        (answer) => current && setFindings({ text, found: answer.findings }),
        () => {},
      );
    }, 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, on, owner, dueAt]);
  return on && findings.text === text ? findings.found : [];
}

/** What is wrong with the wording, and words that would do. */
export function WordingFindings({ findings, onApply }: { findings: Finding[]; onApply: (text: string) => void }) {
  if (findings.length === 0) return null;
  const suggestions = [...new Set(findings.flatMap((finding) => (finding.suggestion ? [finding.suggestion] : [])))];
  return (
    <div className="wording" role="status">
      <div className="row">
        <Icon name="warn" size={14} />
        <span className="grow">{[...new Set(findings.map((finding) => finding.message))].join(" ")}</span>
      </div>
      {suggestions.map((suggestion) => (
        <Button
          key={suggestion}
          className="wording-suggestion"
          onPress={() => onApply(suggestion)}
          preventFocusOnPress
          excludeFromTabOrder
        >
          <span className="grow">{suggestion}</span>
          <span className="link small">{t("web.wording.apply")}</span>
        </Button>
      ))}
    </div>
  );
}
