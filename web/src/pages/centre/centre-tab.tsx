import { useQuery } from "@tanstack/react-query";
import { centreApi } from "../../api/centre";
import type { Collaboration } from "../../api/types";
import { lazy, Suspense } from "react";
import { withTexts } from "../../i18n/texts";
import { Bones, Failed } from "../../ui/empty";
import { ChatDecisions } from "./chat-decisions";
import "./centre.css";
import { Board, Clocks, Course, Decisions, Library, Owing, Problems, Records } from "./overview";
import { Sections } from "./sections";
import { Timeline } from "./timeline";

const MissingPart = lazy(() => withTexts("start", import("./missing-part")));
const MeetingsPart = lazy(() => withTexts("meeting", import("../meetings/meetings-part")));

/** The collaboration centre: are we on course, who owes what, what was decided, where is it – and the way to each. */
export default function CentreTab({ collaboration }: { collaboration: Collaboration }) {
  const { id } = collaboration;
  const {
    data: centre,
    error,
    refetch,
  } = useQuery({
    queryKey: ["centre", id],
    queryFn: () => centreApi.centre(id),
  });
  if (error && !centre) return <Failed error={error} again={() => void refetch()} />;
  if (!centre)
    return (
      <div className="tab-scroll centre">
        <Bones rows={5} height={96} />
      </div>
    );
  return (
    <div className="tab-scroll centre">
      <Course id={id} centre={centre} />
      {centre.missing.length > 0 && (
        <Suspense>
          <MissingPart id={id} tools={centre.missing} />
        </Suspense>
      )}
      <ChatDecisions collaboration={id} said={centre.chat_decisions} may={centre.may_contribute} />
      <Suspense>
        <MeetingsPart id={id} manages={collaboration.may_manage ?? false} />
      </Suspense>
      <div className="centre-grid">
        <Clocks id={id} centre={centre} />
        <Owing id={id} centre={centre} />
        <Decisions id={id} centre={centre} />
        <Problems id={id} centre={centre} />
        <Board id={id} centre={centre} />
        <Records id={id} centre={centre} />
        <Library id={id} centre={centre} />
      </div>
      <Sections collaboration={id} outline={centre.sections} entries={centre.entries} may={centre.may_contribute} />
      <Timeline collaboration={collaboration} />
    </div>
  );
}
