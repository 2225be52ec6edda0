import { useState } from "react";
import type { Guide } from "../../api/types";
import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { Button } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Icon } from "../../ui/icon";

const STEPS = [
  "web.loop.write",
  "web.loop.heard",
  "web.loop.declined",
  "web.loop.agreed",
  "web.loop.accepted",
] as const;
const KEPT = "huan.first-loop";

/** The demo's guided first loop: its steps tick by themselves. */
export default function FirstLoop({ guide }: { guide: Guide }) {
  const me = useMe();
  const [folded, setFolded] = useState(() => localStorage.getItem(KEPT) === "folded");
  const fold = (next: boolean) => {
    setFolded(next);
    localStorage.setItem(KEPT, next ? "folded" : "open");
  };
  const done = guide.done.filter(Boolean).length;
  const current = guide.done.findIndex((each) => !each);
  const closed = guide.done.length > 0 && current === -1;
  return (
    <section className="card loop" aria-labelledby="loop">
      <button type="button" className="loop-head" aria-expanded={!folded} onClick={() => fold(!folded)}>
        <span
          className={closed ? "loop-ring closed" : "loop-ring"}
          style={{ ["--share" as string]: `${(done / Math.max(1, guide.done.length)) * 100}` }}
        >
          {closed ? <Icon name="check" size={14} /> : <b>{done}</b>}
        </span>
        <h2 id="loop" className="grow">
          {t(closed ? "web.loop.closed" : "web.loop.title")}
        </h2>
        <Icon name={folded ? "down" : "up"} />
      </button>
      {!folded && (
        <div className="loop-body">
          <ol className="loop-steps">
            {guide.done.map((ticked, index) => (
              <li
                key={STEPS[index]}
                className={ticked ? "ticked" : index === current ? "current" : ""}
                aria-current={index === current ? "step" : undefined}
              >
                <span className="loop-tick">{ticked ? <Icon name="check" size={12} /> : index + 1}</span>
                <div className="grow">
                  <span>{t(STEPS[index] ?? "web.loop.accepted", { group: guide.group })}</span>
                  {index === 0 && !ticked && (
                    <div className="loop-sentence">
                      <code className="grow">{guide.sentence}</code>
                      <Button small icon="copy" onPress={() => void copy(guide.sentence)}>
                        {t("web.copy")}
                      </Button>
                      {me.features.simulator_url && (
                        <a
                          className="button primary small-button"
                          href={me.features.simulator_url}
                          target="_blank"
                          rel="noreferrer"
                        >
                          {t("web.loop.open_group")} <Icon name="open" size={14} />
                        </a>
                      )}
                    </div>
                  )}
                  {index === current && index > 0 && index < 4 && (
                    <p className="quiet small">{t(`web.loop.help.${index as 1 | 2 | 3}`)}</p>
                  )}
                  {index === current && index === 4 && <p className="quiet small">{t("web.loop.help.4")}</p>}
                </div>
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}
