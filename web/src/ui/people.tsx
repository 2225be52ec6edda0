import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { api } from "../api/api";
import type { Person, PersonRef } from "../api/types";
import { t } from "../i18n/texts";
import { PersonMark } from "./marks";
import { type Choice, Picker } from "./picker";

export const personRef = (person: Person): PersonRef => ({
  id: person.id,
  name: person.name,
  job: person.job,
  department: person.department?.name ?? null,
});

const PRESENT = ["people", "present"];

/**
 * The people met so far: the first of the directory, those a search has found, and the wanted ones. An organisation has
 * ten thousand; nobody scrolls through them.
 */
export function usePeople(wanted: string[] = []): PersonRef[] {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: PRESENT,
    queryFn: async () => {
      const [page, before] = [await api.people(), client.getQueryData<Person[]>(PRESENT)];
      return merged(before?.filter((person) => person.name > (page.items.at(-1)?.name ?? "")) ?? [], page.items);
    },
    staleTime: 60_000,
  });
  const missing = data ? wanted.filter((id) => !data.some((person) => person.id === id)) : [];
  const others = useQueries({
    queries: missing.map((id) => ({ queryKey: ["person", id], queryFn: () => api.person(id), staleTime: 60_000 })),
    combine: (results) => results.flatMap((result) => result.data ?? []),
  });
  return useMemo(
    () => [...(data ?? []).filter((person) => person.standing.kind !== "left"), ...others].map(personRef),
    [data, others],
  );
}

/** Has the server find people by name or job role; what it finds joins those of `usePeople`. */
export function useSearchPeople(): (words: string) => void {
  const client = useQueryClient();
  return useCallback(
    (words: string) => {
      if (!words) return;
      const found = client.fetchQuery({
        queryKey: ["people", "search", words],
        queryFn: () => api.people({ query: words }),
        staleTime: 60_000,
      });
      // A search that fails finds nothing; the next letter searches again.
      found.then(
        (page) => client.setQueryData<Person[]>(PRESENT, (before) => merged(before ?? [], page.items)),
        () => {},
      );
    },
    [client],
  );
}

const merged = (before: Person[], found: Person[]): Person[] => [
  ...before.filter((person) => !found.some((each) => each.id === person.id)),
  ...found,
];

/** Those who take part in a collaboration: only they can own something in it. */
export function useMembers(collaboration: string): PersonRef[] {
  const { data } = useQuery({
    queryKey: ["collaboration", collaboration],
    queryFn: () => api.collaboration(collaboration),
    staleTime: 60_000,
    enabled: collaboration !== "",
  });
  return useMemo(
    () => (data?.members ?? []).filter((member) => member.role !== "guest").map((member) => member.person),
    [data],
  );
}

export const personChoice = (person: PersonRef): Choice => ({
  id: person.id,
  text: [person.name, person.job, person.department].filter(Boolean).join(" "),
  show: <PersonMark person={person} job />,
});

/** Chooses one person. */
export function PersonPicker({
  label,
  value,
  onChange,
  optional,
  without,
  among,
  disabled,
}: {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  /** Offers «nobody». */
  optional?: boolean;
  without?: string;
  /** Only these. */
  among?: PersonRef[];
  disabled?: boolean;
}) {
  const everybody = usePeople(value && !among ? [value] : []);
  const search = useSearchPeople();
  const people = among ?? everybody;
  const choices = useMemo(() => {
    const list = people.filter((person) => person.id !== without).map(personChoice);
    return optional ? [{ id: "-", text: t("web.picker.nobody") }, ...list] : list;
  }, [people, without, optional]);
  return (
    <Picker
      label={label}
      placeholder={t("web.picker.person")}
      choices={choices}
      selected={value ? [value] : []}
      onChange={([id]) => onChange(!id || id === "-" ? null : id)}
      onSearch={among ? undefined : search}
      disabled={disabled}
    />
  );
}

export function PeoplePicker({
  label,
  value,
  onChange,
  among,
}: {
  label: string;
  value: string[];
  onChange: (ids: string[]) => void;
  among?: PersonRef[];
}) {
  const everybody = usePeople(among ? [] : value);
  const search = useSearchPeople();
  const people = among ?? everybody;
  const choices = useMemo(() => people.map(personChoice), [people]);
  return (
    <Picker
      label={label}
      placeholder={t("web.picker.people")}
      choices={choices}
      selected={value}
      multiple
      onChange={onChange}
      onSearch={among ? undefined : search}
    />
  );
}
