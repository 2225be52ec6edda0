import type { ToolChoice } from "../../api/starts";
import { t } from "../../i18n/texts";
import { Icon } from "../../ui/icon";
import { SetUp } from "../start/set-up";

/** What was agreed to go to a tool and does not go there yet, for whoever can set it up. */
export default function MissingPart({ id, tools }: { id: string; tools: ToolChoice[] }) {
  return (
    <section className="card centre-missing" aria-label={t("centre.missing")}>
      <strong className="row">
        <Icon name="warn" size={15} /> {t("centre.missing")}
      </strong>
      <ul>
        {tools.map((tool) => (
          <li key={tool.content}>
            {tool.name} → {tool.choices.find((choice) => choice.tool === tool.tool)?.name ?? tool.tool}{" "}
            <SetUp tool={tool} collaboration={id} may />
          </li>
        ))}
      </ul>
    </section>
  );
}
