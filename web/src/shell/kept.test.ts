import { expect, test } from "vitest";
import { draftsOf, forget } from "./kept";

function shelf(kept: Record<string, string>) {
  const map = new Map(Object.entries(kept));
  return {
    get length() {
      return map.size;
    },
    key: (place: number) => [...map.keys()][place] ?? null,
    removeItem: (key: string) => void map.delete(key),
    left: () => [...map.keys()],
  };
}

test("what_a_browser_keeps_of_people_is_forgotten_and_settings_stay", () => {
  const place = shelf({
    "huan.draft.per_1.doc_1": "{}",
    "huan.theme": "dark",
    "huan.draft.per_2.doc_1": "{}",
    "huan.found.per_1": "[]",
    "huan.language": "en",
    "huan.draft.per_1.doc_2": "{}",
  });
  expect(draftsOf(place, "per_1")).toBe(2);
  expect(draftsOf(place, "per_3")).toBe(0);
  forget(place);
  expect(place.left()).toEqual(["huan.theme", "huan.language"]);
});
