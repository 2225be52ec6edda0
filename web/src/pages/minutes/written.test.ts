import { expect, test } from "vitest";
import { type ActionItem, type Attendee, NOTHING } from "../../api/minutes";
import { isEmpty, named, newKey, people, withDraft, withNames, withoutGuess, withPeople } from "./written";

const action = (key: string): ActionItem => ({ key, what: "", owner: null, due: null });

test("f3_an_action_gets_a_name_that_no_other_one_has", () => {
  expect(newKey([])).toBe("a1");
  expect(newKey([action("a2")])).toBe("a3");
  expect(newKey([action("a1"), action("a3")])).toBe("a4");
  expect(isEmpty(action("a1"))).toBe(true);
  expect(isEmpty({ ...action("a1"), what: "出原型" })).toBe(false);
});

test("f3_people_of_the_directory_and_others_are_kept_apart", () => {
  const among: Attendee[] = [
    { kind: "person", person: "per_1" },
    { kind: "named", text: "客户王总" },
  ];
  expect(people(among)).toEqual(["per_1"]);
  expect(named(among)).toBe("客户王总");
  expect(people(withPeople(among, ["per_2"]))).toEqual(["per_2"]);
  expect(named(withPeople(among, ["per_2"]))).toBe("客户王总");
  expect(withNames(among, "王总， 李总、")).toEqual([
    { kind: "person", person: "per_1" },
    { kind: "named", text: "王总" },
    { kind: "named", text: "李总" },
  ]);
});

test("f3_a_part_that_was_looked_at_is_no_guess", () => {
  expect(withoutGuess(["place", "host"], "place")).toEqual(["host"]);
});

test("f3_a_draft_takes_no_action_away_that_has_a_task", () => {
  const now = { ...NOTHING, actions: [{ ...action("a1"), task: "tsk_1" }, action("a2")] };
  const read = { ...NOTHING, conclusions: "定了", actions: [action("a1"), action("a2")], guessed: ["action:a1"] };
  const both = withDraft(now, read);
  expect(both.actions.map((one) => [one.key, one.task])).toEqual([
    ["a1", "tsk_1"],
    ["a2", undefined],
    ["a3", undefined],
  ]);
  expect(both.guessed).toEqual(["action:a2"]);
});
