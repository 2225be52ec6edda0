import type { QueryClient } from "@tanstack/react-query";
import type { MeetingPage } from "../../api/meetings";

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeMeeting(client: QueryClient, page: MeetingPage) {
  const { id } = page.meeting;
  client.setQueryData(["meeting", id], page);
  for (const queryKey of [["meetings"], ["desk"], ["minutes"], ["minutes-page"], ["history", id], ["deliveries", id]])
    void client.invalidateQueries({ queryKey });
}
