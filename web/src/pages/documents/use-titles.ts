import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { documentsApi, type LinkTitle } from "../../api/documents";
import { now } from "../../time/now";

/** A title that is older is asked anew. */
const AGE = 24 * 60 * 60 * 1000;

const isOld = ({ state, checked_at }: LinkTitle) =>
  state === "unknown" || (state !== "waiting" && (!checked_at || now() - Date.parse(checked_at) > AGE));

/** What the things are called that a document leads to on the platforms. Looking at it has those asked that are not known. */
export function useTitles(document: string, edition: number): LinkTitle[] {
  const client = useQueryClient();
  const key = ["document-titles", document, edition];
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => documentsApi.titles(document),
    // It is asked in seconds; what takes longer is there the next time.
    refetchInterval: (query) =>
      query.state.dataUpdateCount < 10 && query.state.data?.items.some((one) => one.state === "waiting") ? 1500 : false,
  });
  const asked = useRef("");
  useEffect(() => {
    const name = `${document} ${edition}`;
    if (asked.current === name || !data?.items.some(isOld)) return;
    asked.current = name;
    // Whoever may not have it asked sees what is known.
    documentsApi.askTitles(document).then(
      (titles) => client.setQueryData(["document-titles", document, edition], titles),
      () => {},
    );
  }, [client, data, document, edition]);
  return data?.items ?? [];
}
