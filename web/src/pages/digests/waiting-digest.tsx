import { Link } from "wouter";
import type { Waiting } from "../../api/types";
import { t } from "../../i18n/texts";
import { DueText } from "../../ui/countdown-chip";
import { Icon } from "../../ui/icon";

/** A record table whose rows are to be brought up to date before the digest goes out. */
export default function WaitingDigest({ waiting }: { waiting: Waiting }) {
  const { digest } = waiting;
  if (!digest) return null;
  const place = `/c/${digest.collaboration.id}/digests`;
  return (
    <li className="card waiting-card">
      <div className="waiting-head">
        <Icon name="table" />
        <span className="grow quiet small">
          {t("digest.desk.stale", { rhythm: t(`digest.rhythm.${digest.rhythm}`), count: waiting.count ?? 0 })}
        </span>
        <DueText at={digest.due_at} />
      </div>
      <p className="waiting-title">
        <Link href={place}>
          <strong>{digest.collaboration.name}</strong>
        </Link>
      </p>
      <div className="waiting-actions">
        <Link className="button primary" href={place}>
          {t("digest.desk.open")}
        </Link>
      </div>
    </li>
  );
}
