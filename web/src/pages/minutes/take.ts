import type { QueryClient } from "@tanstack/react-query";
import type { MinutesPage } from "../../api/minutes";

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeMinutes(client: QueryClient, minutes: MinutesPage) {
  client.setQueryData(["minutes-page", minutes.id], minutes);
  for (const queryKey of [["desk"], ["minutes"], ["tasks"], ["history", minutes.id], ["deliveries", minutes.id]])
    void client.invalidateQueries({ queryKey });
}
