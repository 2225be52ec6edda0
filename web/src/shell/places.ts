import { type RefObject, useLayoutEffect, useRef } from "react";

// Heard from the start: the router, which listens once the page is drawn, must not be told first.
let back = false;
addEventListener("popstate", () => {
  back = true;
});

/** A page that is gone to begins at its top; the way back leads to where one was on it. */
export function usePlaces(box: RefObject<HTMLElement | null>, location: string) {
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const page = box.current;
    if (!page) return;
    page.scrollTop = back ? (places.current.get(location) ?? 0) : 0;
    back = false;
    const remember = () => places.current.set(location, page.scrollTop);
    page.addEventListener("scroll", remember, { passive: true });
    return () => page.removeEventListener("scroll", remember);
  }, [box, location]);
}
