import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { Me } from "../api/types";
import { changeReader } from "./reader";

test("the_page_hears_of_the_next_reader_and_keeps_nothing_of_the_last", () => {
  const client = new QueryClient();
  const seen: unknown[] = [];
  client.setQueryData(["me"], null);
  client.setQueryData(["desk"], "of the one before");
  const watched = new QueryObserver(client, { queryKey: ["me"], staleTime: Number.POSITIVE_INFINITY });
  const stop = watched.subscribe((result) => seen.push(result.data));
  const me = { language: "zh-CN" } as Me;
  changeReader(client, me);
  expect(watched.getCurrentResult().data).toBe(me);
  expect(client.getQueryData(["desk"])).toBeUndefined();
  changeReader(client, null);
  expect(watched.getCurrentResult().data).toBeNull();
  stop();
});
