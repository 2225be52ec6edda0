import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api } from "../../api/api";
import type { Situation } from "../../api/types";
import { t, withTexts } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Bones } from "../../ui/empty";
import { say, sayProblem } from "../../ui/toast";
import type { Levels } from "../collaboration/levels";
import { LevelsForm } from "../collaboration/levels-form";
import type { Rhythm } from "../digests/rhythm-fields";

const RhythmFields = lazy(() => withTexts("digest", import("../digests/rhythm-fields")));

function Editor({ situation, onClose }: { situation: Situation; onClose: () => void }) {
  const client = useQueryClient();
  const [levels, setLevels] = useState(situation.levels as Levels);
  const save = useMutation({
    mutationFn: (next: Levels | null) => api.setSituation(situation.key, next),
    onError: sayProblem,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["situations"] });
      say(t("web.saved"), { seconds: 3 });
      onClose();
    },
  });
  return (
    <div className="stack situation-editor">
      <LevelsForm levels={levels} onChange={setLevels} />
      <Suspense fallback={<Bones rows={3} height={36} />}>
        <RhythmFields
          rhythm={levels as unknown as Rhythm}
          onChange={(rhythm) => setLevels({ ...levels, ...(rhythm as unknown as Levels) })}
        />
      </Suspense>
      <div className="row wrap">
        <Button tone="primary" isDisabled={save.isPending} onPress={() => save.mutate(levels)}>
          {t("web.save")}
        </Button>
        {situation.changed && (
          <Button isDisabled={save.isPending} onPress={() => save.mutate(null)}>
            {t("web.situations.reset")}
          </Button>
        )}
        <Button onPress={onClose}>{t("web.back")}</Button>
      </div>
    </div>
  );
}

/** The situations that collaborations start from, each with its service levels. */
export function Situations() {
  const [open, setOpen] = useState<string | null>(null);
  const { data } = useQuery({ queryKey: ["situations"], queryFn: api.situations });
  return (
    <section className="section">
      <h2>{t("web.situations")}</h2>
      <p className="quiet small">{t("web.situations.text")}</p>
      {!data ? (
        <Bones rows={5} height={56} />
      ) : (
        <ul className="card lines">
          {data.map((situation) => (
            <li key={situation.key}>
              <div className="setting">
                <span className="grow">
                  {situation.name} {situation.changed && <span className="tag">{t("web.situations.changed")}</span>}
                  <br />
                  <span className="faint tiny">{situation.text}</span>
                </span>
                {open !== situation.key && (
                  <Button small onPress={() => setOpen(situation.key)}>
                    {t("web.situations.edit")}
                  </Button>
                )}
              </div>
              {open === situation.key && <Editor situation={situation} onClose={() => setOpen(null)} />}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
