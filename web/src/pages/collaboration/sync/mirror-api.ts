import { items } from "../../../api/api";
import { call, get } from "../../../api/client";
import type { AccountSpaces, Mirror, Page } from "../../../api/types";

const path = (id: string) => `/collaborations/${id}/mirror`;

/** The mirror's calls, apart from the others: the first page does not need them. */
export const mirrorApi = {
  mirror: (id: string) => get<Mirror>(path(id)),
  spaces: (id: string) => get<Page<AccountSpaces>>(`${path(id)}/spaces`).then(items),
  setUp: (id: string, account: string, space: string) => call<Mirror>("POST", path(id), { account, space }),
  run: (id: string, running: boolean) => call<Mirror>("PATCH", path(id), { running }),
  giveUp: (id: string) => call<void>("DELETE", path(id)),
  retry: (id: string) => call<Mirror>("POST", `${path(id)}/retry`, {}),
};
