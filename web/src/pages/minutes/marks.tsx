import type { Minutes, Stand } from "../../api/minutes";
import { t } from "../../i18n/texts";

export function StageMark({ minutes }: { minutes: Minutes }) {
  const tone = minutes.stage === "filed" ? "good" : minutes.stage === "owed" ? "warn" : "";
  return <span className={`tag ${tone}`}>{t(`minutes.stage.${minutes.stage}`)}</span>;
}

const TONES: Record<Stand, string> = { waiting: "", confirmed: "good", objected: "bad", answered: "warn" };

export function StandMark({ stand }: { stand: Stand }) {
  return <span className={`tag ${TONES[stand]}`}>{t(`minutes.stand.${stand}`)}</span>;
}
