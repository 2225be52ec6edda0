import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/api";
import type { GroupMaker } from "../../api/types";
import { platformText } from "../../ui/marks";

/** The accounts through which groups are reached. */
export function useMakers(): GroupMaker[] {
  const { data } = useQuery({ queryKey: ["accounts", "makers"], queryFn: api.groupMakers, staleTime: 60_000 });
  return data ?? [];
}

/** «飞书», with the account's name where there are several of the platform. */
export function makerName(maker: GroupMaker, all: GroupMaker[]): string {
  const alone = all.filter((one) => one.platform === maker.platform).length === 1;
  return alone ? platformText(maker.platform) : `${platformText(maker.platform)} ${maker.name}`;
}
