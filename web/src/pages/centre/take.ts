import type { QueryClient } from "@tanstack/react-query";
import type { CentreEntry } from "../../api/centre";

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeEntry(client: QueryClient, entry: CentreEntry) {
  client.setQueryData(["entry", entry.id], entry);
  for (const queryKey of [["centre"], ["entries"], ["history", entry.id]]) void client.invalidateQueries({ queryKey });
}
