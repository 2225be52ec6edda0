import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/api";
import type { Issue } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { say, sayProblem } from "../../ui/toast";
import { takeIssue } from "./problem-dialogs";

/** Answers with one press: whoever is called at night need not find words. */
export function TakeButton({ issue }: { issue: Issue }) {
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: () => api.answerProblem(issue.id, t("web.problems.taken")),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeIssue(client, changed);
      say(t("web.problems.did.answer", { number: changed.number }));
    },
  });
  return (
    <Button tone="primary" isDisabled={take.isPending} onPress={() => take.mutate()}>
      {t(issue.urgency === "urgent" ? "web.problems.acknowledge" : "web.problems.taken")}
    </Button>
  );
}
