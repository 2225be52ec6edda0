import { t } from "../../i18n/texts";
import { dayText } from "../../time/format";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import type { PartProps } from "./parts";

/** Name and core goal; a goal that could not be checked is questioned, with words that would do. */
export function GoalPart({ view, entered, change }: PartProps) {
  const doubts = view.findings.filter((finding) => finding.part === "goal" && finding.code !== "missing");
  return (
    <div className="stack">
      <TextField
        label={t("start.name")}
        value={entered.name}
        onChange={(name) => change({ name })}
        isRequired
        autoFocus={!entered.name}
      />
      <TextField
        label={t("start.goal")}
        value={entered.goal}
        onChange={(goal) => change({ goal, goal_as_it_is: false })}
        lines={2}
        isRequired
        hint={view.example ? t("start.goal.hint", { example: view.example }) : undefined}
      />
      <label className="field">
        <span className="field-label">{t("start.goal.on")}</span>
        <input
          type="date"
          className="input start-date"
          value={entered.goal_on ?? ""}
          onChange={(event) => change({ goal_on: event.target.value || null, goal_as_it_is: false })}
        />
      </label>
      {doubts.length > 0 && (
        <div className="goal-doubts" role="status">
          {doubts.map((doubt) => {
            const { proposal } = doubt;
            return (
              <div key={doubt.code} className="stack goal-doubt">
                <div className="row">
                  <Icon name="warn" size={14} />
                  <span className="grow">{doubt.message}</span>
                </div>
                {proposal && (
                  <div className="row wrap">
                    <span className="grow">
                      {proposal.goal !== entered.goal.trim()
                        ? `「${proposal.goal}」`
                        : proposal.on && dayText(proposal.on)}
                    </span>
                    <Button
                      small
                      onPress={() => change({ goal: proposal.goal, goal_on: proposal.on ?? entered.goal_on })}
                    >
                      {t("start.apply")}
                    </Button>
                  </div>
                )}
              </div>
            );
          })}
          <div>
            <Button small tone="ghost" onPress={() => change({ goal_as_it_is: true })}>
              {t("start.goal.keep")}
            </Button>
          </div>
        </div>
      )}
      {entered.goal_as_it_is && <p className="small quiet">{t("start.goal.kept")}</p>}
    </div>
  );
}
