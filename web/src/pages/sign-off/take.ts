import type { QueryClient } from "@tanstack/react-query";

/** A round changed: whatever shows it asks again. */
export function signOffChanged(client: QueryClient, collaboration: string) {
  for (const queryKey of [["desk"], ["sign-offs", collaboration], ["collaboration", collaboration], ["collaborations"]])
    void client.invalidateQueries({ queryKey });
}
