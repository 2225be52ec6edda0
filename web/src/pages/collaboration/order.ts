/** The list with the one at `at` a place further up (-1) or down (1); at the ends it stays where it is. */
export function moved<T>(list: T[], at: number, by: -1 | 1): T[] {
  const one = list[at];
  const other = list[at + by];
  if (one === undefined || other === undefined) return list;
  return list.map((each, place) => (place === at ? other : place === at + by ? one : each));
}
