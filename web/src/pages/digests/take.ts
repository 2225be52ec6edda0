import type { QueryClient } from "@tanstack/react-query";
import type { DigestPage } from "../../api/digests";

/** Shows the new state at once; the live update that follows confirms it. */
export function takeDigest(client: QueryClient, digest: DigestPage) {
  client.setQueryData(["digest", digest.id], digest);
  void client.invalidateQueries({ queryKey: ["digests", digest.collaboration] });
  void client.invalidateQueries({ queryKey: ["desk"] });
}
