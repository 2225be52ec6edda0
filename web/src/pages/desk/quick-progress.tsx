import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../api/api";
import type { Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { IconButton } from "../../ui/button";
import { say, sayProblem } from "../../ui/toast";
import { takeTask } from "../task/use-steps";

/** «Analysis done, 60%»: a share at the end of the line is read as such. */
export function readProgress(line: string): { text: string; percent?: number } {
  const match = /^(.*?)[\s,，;；]*(\d{1,3})\s*[%％]\s*$/s.exec(line.trim());
  const percent = match ? Number(match[2]) : Number.NaN;
  if (match && percent <= 100) return { text: match[1]?.trim() || `${percent}%`, percent };
  return { text: line.trim() };
}

/** One line to say how it goes; `Enter` sends. */
export function QuickProgress({ task, autoFocus }: { task: Task; autoFocus?: boolean }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const send = useMutation({
    mutationFn: () => {
      const { text: words, percent } = readProgress(text);
      return api.progress(task.id, words, percent);
    },
    onError: sayProblem,
    onSuccess: (changed) => {
      setText("");
      takeTask(client, changed);
      say(t("web.did.progress", { number: task.number }));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() && !send.isPending) send.mutate();
  };
  const last = task.progress;
  return (
    <form className="quick" onSubmit={submit}>
      <input
        className="quick-input"
        aria-label={t("web.progress.of", { name: task.name })}
        placeholder={
          last
            ? `${last.text}${last.percent === null || last.percent === undefined ? "" : ` ${last.percent}%`} · ${shortTime(last.at)}`
            : t("web.progress.placeholder")
        }
        value={text}
        // biome-ignore lint/a11y/noAutofocus: only where the person asked to enter progress
        autoFocus={autoFocus}
        onChange={(event) => setText(event.target.value)}
      />
      <IconButton
        icon="send"
        label={t("web.progress.send")}
        type="submit"
        isDisabled={!text.trim() || send.isPending}
      />
    </form>
  );
}
