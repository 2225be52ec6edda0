import { expect, test } from "vitest";
import { moved } from "./order";

test("e2_somebody_on_the_call_list_changes_places_with_the_next_one", () => {
  expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
});

test("e2_whoever_is_first_or_last_stays_there", () => {
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
});
