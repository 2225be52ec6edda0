/** Where the pages of things are, by how their ids begin. */
const PAGES: Record<string, string> = {
  tsk: "/tasks/",
  prb: "/problems/",
  emg: "/emergencies/",
  min: "/minutes/",
  mtg: "/meetings/",
  doc: "/documents/",
  ent: "/entries/",
  msg: "/messages/",
  per: "/people/",
};

/** The page of a thing, by its id and, where it is needed, that of its collaboration. */
export function placeOf(subject: string | null | undefined, collaboration?: string | null): string | null {
  if (!subject) return null;
  const page = PAGES[subject.slice(0, 3)];
  if (page) return page + subject;
  return collaboration && subject.startsWith("rec_") ? `/c/${collaboration}/records?row=${subject}` : null;
}
