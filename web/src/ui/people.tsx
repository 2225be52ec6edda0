import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
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

export function usePeople(): PersonRef[] {
  const { data } = useQuery({ queryKey: ["people", "present"], queryFn: () => api.people(), staleTime: 60_000 });
  return useMemo(() => (data ?? []).filter((person) => person.standing.kind !== "left").map(personRef), [data]);
}

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
  const everybody = usePeople();
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
  const everybody = usePeople();
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
    />
  );
}
