import type { ToolChoice } from "../../api/starts";
import { t } from "../../i18n/texts";
import { Icon } from "../../ui/icon";
import { PlatformMark } from "../../ui/marks";
import { Select } from "../../ui/select";
import { SetUp } from "./set-up";

const PLATFORMS = ["dingtalk", "feishu", "teambition"];

/** What goes where: each kind of content with its tool, and what Huan does by that. */
export function Tools({
  tools,
  of,
  onChange,
}: {
  tools: ToolChoice[];
  /** The collaboration, once it runs: what is still to be set up is shown. */
  of?: { collaboration: string; may: boolean };
  /** Left out, it is only shown. */
  onChange?: (content: string, tool: string) => void;
}) {
  return (
    <ul className="tools-picture" aria-label={t("start.tools.picture")}>
      {tools.map((each) => {
        const chosen = each.choices.find((choice) => choice.tool === each.tool)?.name ?? each.tool;
        return (
          <li key={each.content}>
            <span className="tool-content">{each.name}</span>
            <span className="tool-line" aria-hidden="true" />
            <span className="tool-target">
              {PLATFORMS.includes(each.tool) ? (
                <PlatformMark platform={each.tool} />
              ) : (
                <Icon name={each.tool === "groups" ? "chat" : "goal"} size={16} />
              )}
              {onChange ? (
                <Select
                  bare
                  label={each.name}
                  value={each.tool}
                  options={each.choices.map((choice) => ({ value: choice.tool, label: choice.name }))}
                  onChange={(tool) => onChange(each.content, tool)}
                />
              ) : (
                <span>{chosen}</span>
              )}
            </span>
            <span className="tool-effect quiet small">{each.effect}</span>
            {of && each.missing && (
              <span className="tool-effect">
                <SetUp tool={each} {...of} />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
