import { useMutation, useQueryClient } from "@tanstack/react-query";
import { rulesApi } from "../../api/rules";
import type { Waiting } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { say, sayProblem } from "../../ui/toast";
import { takeRules } from "./take";

/** The usage rules of a collaboration that the reader has still to confirm. */
export function WaitingRules({ waiting }: { waiting: Waiting }) {
  const client = useQueryClient();
  const { rules } = waiting;
  const confirm = useMutation({
    mutationFn: ({ id, revision }: { id: string; revision: number }) => rulesApi.confirm(id, revision),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeRules(client, changed);
      say(t("rules.confirmed"));
    },
  });
  if (!rules) return null;
  return (
    <li className="card waiting-card">
      <div className="waiting-head">
        <Icon name="people" />
        <span className="grow quiet small">{t("rules.waits")}</span>
      </div>
      <p className="waiting-title">
        <strong>{rules.collaboration.name}</strong>
      </p>
      <p className="pre">{rules.text}</p>
      <div className="waiting-actions">
        <Button
          tone="primary"
          isDisabled={confirm.isPending}
          onPress={() => confirm.mutate({ id: rules.collaboration.id, revision: rules.revision })}
        >
          {t("rules.confirm")}
        </Button>
      </div>
    </li>
  );
}
