import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { Issue, Severity } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { Select } from "../../ui/select";
import { sayProblem } from "../../ui/toast";
import { CallOrder } from "./call-order";
import { SEVERITIES, takeIssue } from "./problem-dialogs";

/** Phones are about to ring: asks how severe it is and says who will be called. */
export function UrgentDialog({ issue, onClose }: { issue: Issue; onClose: () => void }) {
  const client = useQueryClient();
  const [severity, setSeverity] = useState<Severity>("two");
  const raise = useMutation({
    mutationFn: () => api.makeUrgent(issue.id, severity),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeIssue(client, changed);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${t("web.problems.make_urgent")} · P${issue.number}`}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="danger" isDisabled={raise.isPending} onPress={() => raise.mutate()}>
            {t("web.problems.raise_urgent")}
          </Button>
        </>
      }
    >
      <p className="quiet">
        <strong>{issue.title}</strong>
      </p>
      <Field label={t("web.problems.severity")} hint={t("web.problems.urgency.hint")}>
        <Select
          label={t("web.problems.severity")}
          value={severity}
          onChange={(value: Severity) => setSeverity(value)}
          options={SEVERITIES.map((each) => ({ value: each, label: t(`domain.severity.${each}`) }))}
        />
      </Field>
      <CallOrder collaboration={issue.collaboration.id} owner={issue.owner} />
    </Dialog>
  );
}
