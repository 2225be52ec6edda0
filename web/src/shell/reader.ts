import type { QueryClient } from "@tanstack/react-query";
import type { Me } from "../api/types";

/**
 * Somebody else reads from now on, or nobody. What the one before saw is forgotten; the entry «me» itself stays, since the page shows
 * what it holds: once it is taken out, nobody hears of the next one until they go elsewhere.
 */
export function changeReader(client: QueryClient, me: Me | null) {
  client.setQueryData(["me"], me);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
  client.getMutationCache().clear();
}
