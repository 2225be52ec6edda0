import { lazy, Suspense } from "react";
import type { Origin } from "../../api/types";
import { t, withTexts } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Icon } from "../../ui/icon";
import { PlatformMark } from "../../ui/marks";

const DecideButton = lazy(() => withTexts("minutes", import("../minutes/decide-button")));

/** Where it was said, and the way back there. With a `collaboration` it can be made a decision of it. */
export function OriginQuote({ origin, collaboration }: { origin: Origin; collaboration?: string }) {
  return (
    <figure className="origin">
      <figcaption className="row wrap small quiet">
        <PlatformMark platform={origin.platform} />
        <span>{origin.conversation_title}</span>
        <span>{origin.speaker}</span>
        <time dateTime={origin.sent_at} title={fullTime(origin.sent_at)}>
          {shortTime(origin.sent_at)}
        </time>
        {origin.link && (
          <a className="link row" href={origin.link} target="_blank" rel="noreferrer">
            {t("web.origin.open")} <Icon name="open" size={13} />
          </a>
        )}
        {collaboration && origin.message && (
          <Suspense>
            <DecideButton collaboration={collaboration} message={origin.message} text={origin.text} />
          </Suspense>
        )}
      </figcaption>
      <blockquote className="pre">{origin.text}</blockquote>
    </figure>
  );
}
