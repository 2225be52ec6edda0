import { expect, test } from "vitest";
import { draftOf, dropDraft, keepDraft } from "./draft";

function shelf() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

const draft = { title: "接口约定", text: "# 分页\n", note: "", edition: 2, at: "2026-11-23T08:00:00Z" };

test("i6_a_draft_is_kept_for_whoever_wrote_it_until_it_is_dropped", () => {
  const place = shelf();
  expect(keepDraft(place, "per_1", "doc_1", draft)).toBe(true);
  expect(draftOf(place, "per_1", "doc_1")).toEqual(draft);
  expect(draftOf(place, "per_2", "doc_1")).toBeNull();
  expect(draftOf(place, "per_1", "doc_2")).toBeNull();
  dropDraft(place, "per_1", "doc_1");
  expect(draftOf(place, "per_1", "doc_1")).toBeNull();
});

test("i6_a_draft_without_room_or_that_cannot_be_read_is_no_fault", () => {
  const full = {
    ...shelf(),
    setItem: () => {
      throw new Error("full");
    },
  };
  expect(keepDraft(full, "per_1", "doc_1", draft)).toBe(false);
  const broken = { ...shelf(), getItem: () => "{" };
  expect(draftOf(broken, "per_1", "doc_1")).toBeNull();
});
