import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useMemo, useState } from "react";
import { api } from "../../api/api";
import type { Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { say, sayProblem } from "../../ui/toast";
import { type Step, steps } from "./steps";

const StepDialog = lazy(() => import("./step-dialog"));

/** Steps that need words first. */
const ASKS: Step[] = ["decline", "change", "insist", "block", "reassign", "cancel", "progress"];

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeTask(client: QueryClient, task: Task) {
  client.setQueryData(["task", task.id], task);
  for (const queryKey of [
    ["desk"],
    ["tasks"],
    ["history", task.id],
    ["deliveries", task.id],
    ["collaborations"],
    ["records"],
  ])
    void client.invalidateQueries({ queryKey });
}

type Begin = (task: Task, step: Step) => void;
const StepsContext = createContext<Begin>(() => {});

/** Gives everything below one way to take a step on a task, with the dialog it may need. */
export function StepsProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<{ task: Task; step: Step } | null>(null);
  const begin = useCallback<Begin>(
    (task, step) => {
      if (ASKS.includes(step)) {
        setAsking({ task, step });
        return;
      }
      const run = {
        accept: () => api.accept(task.id),
        agree: () => api.answer(task.id, { kind: "agree" }),
        resume: () => api.resume(task.id),
        finish: () => api.finish(task.id),
        reopen: () => api.reopen(task.id),
      }[step as "accept" | "agree" | "resume" | "finish" | "reopen"];
      run().then(
        (changed) => {
          takeTask(client, changed);
          const number = changed.number;
          if (step === "finish")
            say(t("web.did.finish", { number }), {
              action: {
                label: t("web.undo"),
                run: () => void api.reopen(task.id).then((back) => takeTask(client, back), sayProblem),
              },
            });
          else say(t(`web.did.${step as "accept" | "agree" | "resume" | "reopen"}`, { number }));
        },
        (error) => {
          sayProblem(error);
          // Somebody else may have been faster: show how it stands.
          void client.invalidateQueries({ queryKey: ["desk"] });
          void client.invalidateQueries({ queryKey: ["tasks"] });
          void client.invalidateQueries({ queryKey: ["task", task.id] });
        },
      );
    },
    [client],
  );
  const value = useMemo(() => begin, [begin]);
  return (
    <StepsContext value={value}>
      {children}
      {asking && (
        <Suspense>
          <StepDialog task={asking.task} step={asking.step} onClose={() => setAsking(null)} />
        </Suspense>
      )}
    </StepsContext>
  );
}

export const useSteps = () => useContext(StepsContext);

/** The buttons of a task: what is expected next stands out. */
export function StepButtons({ task, only, small }: { task: Task; only?: Step[]; small?: boolean }) {
  const begin = useSteps();
  const list = steps(task).filter((step) => !only || only.includes(step));
  return (
    <div className="row wrap">
      {list.map((step, index) => (
        <Button
          key={step}
          small={small}
          tone={
            index === 0 && ["accept", "agree", "resume", "progress"].includes(step)
              ? "primary"
              : step === "cancel"
                ? "danger"
                : "plain"
          }
          onPress={() => begin(task, step)}
        >
          {t(`web.step.${step}`)}
        </Button>
      ))}
    </div>
  );
}
