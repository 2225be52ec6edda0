import type { Duty, Entered, Milestone, Start, StartFinding } from "../../api/starts";

/** What a part of the guided start needs. */
export interface PartProps {
  view: Start;
  entered: Entered;
  change: (part: Partial<Entered>) => void;
}

export const STEPS = ["goal", "milestones", "people", "tools", "rules", "levels", "groups", "confirm"] as const;
export type Step = (typeof STEPS)[number];

/** The step in which a finding is mended. */
export function stepOf(finding: StartFinding): Step {
  switch (finding.part) {
    case "name":
    case "goal":
      return "goal";
    case "milestones":
      return "milestones";
    case "duties":
      return "people";
    case "rules":
      return "rules";
  }
}

/** What is said of one milestone or duty. */
export const foundAt = (findings: StartFinding[], part: string, place: number) =>
  findings.find((finding) => finding.part === part && finding.place === place)?.message;

/** The list with the element at `place` changed. */
export const changedAt = <T>(list: T[], place: number, change: Partial<T>): T[] =>
  list.map((each, at) => (at === place ? { ...each, ...change } : each));

export const withoutAt = <T>(list: T[], place: number): T[] => list.filter((_, at) => at !== place);

/** How a duty stands with those who answer for it. */
export function dutyCounts(duties: Duty[], findings: StartFinding[]) {
  const count = (code: string) =>
    findings.filter((finding) => finding.part === "duties" && finding.code === code).length;
  return { holes: count("hole"), doubles: count("double"), all: duties.length };
}

export const emptyMilestone: Milestone = { name: "", on: null };
export const emptyDuty: Duty = { name: "", boundary: "", person: null };
