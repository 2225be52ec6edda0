import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api } from "../../api/api";
import type { Issue } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { Picker } from "../../ui/picker";
import { say, sayProblem } from "../../ui/toast";
import { takeIssue } from "./problem-dialogs";

/** Chooses the open problem as which this one goes on. */
export function MergeDialog({ issue, onClose }: { issue: Issue; onClose: () => void }) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const [into, setInto] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: ["problems", { collaboration: issue.collaboration.id, scope: "open", first: true }],
    queryFn: () => api.problems({ collaboration: issue.collaboration.id, open: true }),
  });
  const others = data?.items.filter((other) => other.id !== issue.id && other.may.settle) ?? [];
  const merge = useMutation({
    mutationFn: (other: string) => api.mergeProblem(issue.id, other),
    onError: sayProblem,
    onSuccess: (changed, other) => {
      takeIssue(client, changed);
      void client.invalidateQueries({ queryKey: ["problem", other] });
      say(t("web.problems.did.merge", { number: changed.number, into: changed.merged_into?.number ?? "" }));
      onClose();
      go(`/problems/${other}`);
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${t("web.problems.merge")} · P${issue.number}`}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" isDisabled={!into || merge.isPending} onPress={() => into && merge.mutate(into)}>
            {t("web.problems.merge")}
          </Button>
        </>
      }
    >
      <p className="quiet">
        <strong>{issue.title}</strong>
      </p>
      {data && others.length === 0 ? (
        <p className="notice">{t("web.problems.merge.none")}</p>
      ) : (
        <Field label={t("web.problems.merge.into")} hint={t("web.problems.merge.hint")}>
          <Picker
            label={t("web.problems.merge.into")}
            placeholder={t("web.problems.choose")}
            choices={others.map((other) => ({
              id: other.id,
              text: `P${other.number} ${other.title} ${other.owner.name}`,
              show: (
                <span className="clip">
                  <span className="faint">P{other.number}</span> {other.title}
                </span>
              ),
            }))}
            selected={into ? [into] : []}
            onChange={([chosen]) => setInto(chosen ?? null)}
          />
        </Field>
      )}
    </Dialog>
  );
}
