import { expect, test } from "vitest";
import { Keeper, type Keeping } from "./keeper";

/** A keeper whose saves end when the test says so. */
function watched() {
  const sent: string[] = [];
  const told: Keeping[] = [];
  let answer: (stands?: string | Error) => void = () => {};
  const keeper = new Keeper<string>(
    "first",
    (entered) => {
      sent.push(entered);
      return new Promise((resolve, reject) => {
        answer = (stands = entered) => (stands instanceof Error ? reject(stands) : resolve(stands));
      });
    },
    (keeping) => told.push(keeping),
  );
  return { keeper, sent, told, answer: (stands?: string | Error) => answer(stands) };
}

const soon = () => new Promise((resolve) => setTimeout(resolve));

test("one_save_follows_the_other_and_the_last_word_is_kept", async () => {
  const { keeper, sent, told, answer } = watched();
  keeper.enter("one");
  const kept = keeper.keep();
  keeper.enter("two");
  keeper.enter("three");
  expect(keeper.keep()).toBe(kept);
  expect(sent).toEqual(["one"]);
  answer();
  await soon();
  expect(sent).toEqual(["one", "three"]);
  answer();
  await kept;
  expect(told.at(-1)).toBe("saved");
});

test("a_round_that_finds_everything_saved_does_not_stop_the_next", async () => {
  const { keeper, sent, told, answer } = watched();
  await keeper.keep();
  expect([sent, told]).toEqual([[], ["saved"]]);
  keeper.enter("one");
  const kept = keeper.keep();
  answer();
  await kept;
  expect([sent, told.at(-1)]).toEqual([["one"], "saved"]);
});

test("what_could_not_be_kept_is_tried_again", async () => {
  const { keeper, sent, told, answer } = watched();
  keeper.enter("one");
  const failed = keeper.keep();
  answer(new Error("unreachable"));
  await failed;
  expect([keeper.entered, told.at(-1)]).toEqual(["one", "unsaved"]);
  const again = keeper.keep();
  answer();
  await again;
  expect([sent, told.at(-1)]).toEqual([["one", "one"], "saved"]);
});

test("what_somebody_else_wrote_takes_its_place", async () => {
  const { keeper, sent, answer } = watched();
  keeper.enter("one");
  const kept = keeper.keep();
  answer("theirs");
  await kept;
  expect([keeper.entered, sent]).toEqual(["theirs", ["one"]]);
});
