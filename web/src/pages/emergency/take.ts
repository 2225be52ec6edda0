import type { QueryClient } from "@tanstack/react-query";
import type { WarRoom } from "../../api/types";

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeWarRoom(client: QueryClient, room: WarRoom) {
  client.setQueryData(["emergency", room.id], room);
  for (const queryKey of [["timeline", room.id], ["emergencies"], ["problem", room.problem.id], ["desk"]])
    void client.invalidateQueries({ queryKey });
}
