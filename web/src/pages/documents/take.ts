import type { QueryClient } from "@tanstack/react-query";
import type { DocumentPage } from "../../api/documents";

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeDocument(client: QueryClient, document: DocumentPage) {
  client.setQueryData(["document", document.id], document);
  for (const queryKey of [["documents"], ["history", document.id]]) void client.invalidateQueries({ queryKey });
}
