import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { Collaboration } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { say, sayProblem } from "../../ui/toast";
import RhythmFields, { type Rhythm } from "./rhythm-fields";

/** When the digests of a collaboration go out. */
export function RhythmCard({ collaboration }: { collaboration: Collaboration }) {
  const client = useQueryClient();
  const all = collaboration.levels as unknown as Rhythm & Record<string, unknown>;
  const [rhythm, setRhythm] = useState<Rhythm>({ digest: all.digest, daily_progress: all.daily_progress });
  const save = useMutation({
    mutationFn: () =>
      api.editCollaboration(collaboration.id, { version: collaboration.version, levels: { ...all, ...rhythm } }),
    onError: sayProblem,
    onSuccess: (changed) => {
      client.setQueryData(["collaboration", collaboration.id], changed);
      void client.invalidateQueries({ queryKey: ["digests", collaboration.id] });
      void client.invalidateQueries({ queryKey: ["digest"] });
      say(t("web.saved"), { seconds: 3 });
    },
  });
  return (
    <section className="section" aria-label={t("digest.rhythm_card")}>
      <h2>{t("digest.rhythm_card")}</h2>
      <p className="quiet small">{t("digest.rhythm_card.text")}</p>
      <div className="card stack pad">
        <RhythmFields rhythm={rhythm} onChange={setRhythm} />
        <div>
          <Button tone="primary" isDisabled={save.isPending} onPress={() => save.mutate()}>
            {t("digest.rhythm_card.save")}
          </Button>
        </div>
      </div>
    </section>
  );
}
