import type { QueryClient } from "@tanstack/react-query";
import type { Rules } from "../../api/rules";

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeRules(client: QueryClient, rules: Rules) {
  client.setQueryData(["rules", rules.collaboration.id], rules);
  void client.invalidateQueries({ queryKey: ["desk"] });
}
