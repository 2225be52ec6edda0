import { expect, it } from "vitest";
import { dayWords, readDay } from "./hours";

it("reads shifts as people write them", () => {
  expect(readDay("9:00-12:00, 13:30-18:00")).toEqual(["09:00-12:00", "13:30-18:00"]);
  expect(readDay("9：00至12：00，14-18")).toEqual(["09:00-12:00", "14:00-18:00"]);
  expect(readDay("")).toEqual([]);
  expect(dayWords(["09:00-12:00", "13:30-18:00"])).toBe("09:00-12:00, 13:30-18:00");
});

it("does not guess", () => {
  expect(readDay("上午")).toBeNull();
  expect(readDay("25:00-26:00")).toBeNull();
});
