import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { Collaboration, Instant } from "../../api/types";
import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Select } from "../../ui/select";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";
import { Foresight } from "./foresight";
import type { Levels } from "./levels";
import { LevelsForm } from "./levels-form";

/** Name, goal and service levels of a collaboration. */
export default function LevelsTab({ collaboration }: { collaboration: Collaboration }) {
  const client = useQueryClient();
  const [name, setName] = useState(collaboration.name);
  const [goal, setGoal] = useState(collaboration.goal);
  const [on, setOn] = useState(collaboration.goal_on ?? "");
  const [levels, setLevels] = useState<Levels>((collaboration.levels ?? {}) as Levels);
  const save = useMutation({
    mutationFn: (input: Record<string, unknown>) =>
      api.editCollaboration(collaboration.id, { version: collaboration.version, ...input }),
    onError: sayProblem,
    onSuccess: (changed) => {
      client.setQueryData(["collaboration", collaboration.id], changed);
      void client.invalidateQueries({ queryKey: ["collaborations"] });
      say(t("web.saved"), { seconds: 3 });
    },
  });
  const me = useMe();
  const members = collaboration.members.map((member) => member.person.id);
  const [owner, setOwner] = useState<string | null>(
    members.includes(me.person.id) ? me.person.id : (members[0] ?? null),
  );
  const [starts, setStarts] = useState<Instant | null>(null);
  return (
    <div className="page narrow-page">
      <section className="section">
        <h2>{t("web.collaborations.about")}</h2>
        <div className="card stack pad">
          <TextField label={t("web.collaborations.name")} value={name} onChange={setName} />
          <TextField label={t("web.goal")} value={goal} onChange={setGoal} lines={2} hint={t("web.goal.hint")} />
          <label className="field">
            <span className="field-label">{t("web.goal.on")}</span>
            <input
              type="date"
              className="input level-date"
              value={on}
              onChange={(event) => setOn(event.target.value)}
            />
          </label>
          <div>
            <Button
              tone="primary"
              isDisabled={save.isPending || !name.trim()}
              onPress={() => save.mutate({ name: name.trim(), goal: goal.trim(), goal_on: on || null })}
            >
              {t("web.save")}
            </Button>
          </div>
        </div>
      </section>
      <section className="section">
        <h2>{t("web.levels")}</h2>
        <p className="quiet small">{t("web.levels.text")}</p>
        <div className="row wrap foresight-of">
          <div className="field">
            <span className="field-label">{t("web.foresight.if")}</span>
            <Select
              label={t("web.foresight.owner")}
              value={owner}
              onChange={setOwner}
              options={collaboration.members.map((member) => ({ value: member.person.id, label: member.person.name }))}
            />
          </div>
          <TimeField label={t("web.foresight.starts")} value={starts} onChange={setStarts} />
        </div>
        <LevelsForm
          levels={levels}
          onChange={setLevels}
          below={(kind) => (
            <Foresight
              of={collaboration.id}
              foresee={api.foresee}
              kind={kind}
              levels={levels}
              owner={owner}
              startsAt={starts}
            />
          )}
        />
        <div>
          <Button tone="primary" isDisabled={save.isPending} onPress={() => save.mutate({ levels })}>
            {t("web.levels.save")}
          </Button>
        </div>
      </section>
    </div>
  );
}
