import { lazy, type ReactNode, Suspense } from "react";
import { Link } from "wouter";
import type { Origin } from "../../api/types";
import { t, withTexts } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Icon } from "../../ui/icon";
import { PlatformMark } from "../../ui/marks";

const MessageButtons = lazy(() => withTexts("minutes", withTexts("centre", import("../centre/message-buttons"))));

/**
 * Where it was said, and the way back there. With a `collaboration` it can be made a decision of it and, unless it is `filed`
 * already, be taken into its centre.
 */
export function OriginQuote({
  origin,
  collaboration,
  filed,
  here,
  children,
}: {
  origin: Origin;
  collaboration?: string;
  filed?: boolean;
  /** On the message's own page there is no way to it. */
  here?: boolean;
  /** What else can be done with the message. */
  children?: ReactNode;
}) {
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
        {origin.message && !here && (
          <Link className="link" href={`/messages/${origin.message}`}>
            {t("web.origin.message")}
          </Link>
        )}
        {collaboration && origin.message && (
          <Suspense>
            <MessageButtons collaboration={collaboration} message={origin.message} text={origin.text} filed={filed} />
          </Suspense>
        )}
        {children}
      </figcaption>
      <blockquote className="pre">{origin.text}</blockquote>
    </figure>
  );
}
