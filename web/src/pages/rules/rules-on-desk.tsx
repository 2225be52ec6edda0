import type { RulesUnread } from "../../api/rules";
import type { Waiting } from "../../api/types";
import { UnreadRules } from "./unread-rules";
import { WaitingRules } from "./waiting-rules";

/** Usage rules on the desk: those that the reader has to confirm, or who has not where the reader leads. */
export default function RulesOnDesk({ waiting, unread }: { waiting?: Waiting; unread?: RulesUnread[] }) {
  return (
    <>
      {waiting && <WaitingRules waiting={waiting} />}
      {unread && <UnreadRules unread={unread} />}
    </>
  );
}
