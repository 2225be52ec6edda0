import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/** A page that is gone to begins at its top; the way back leads to where one was on it. */
export function usePlaces(box: RefObject<HTMLElement | null>, location: string) {
  const places = useRef(new Map<string, number>());
  const back = useRef(false);
  useEffect(() => {
    const goesBack = () => {
      back.current = true;
    };
    // Before the router hears of it.
    addEventListener("popstate", goesBack, true);
    return () => removeEventListener("popstate", goesBack, true);
  }, []);
  useLayoutEffect(() => {
    const page = box.current;
    if (!page) return;
    page.scrollTop = back.current ? (places.current.get(location) ?? 0) : 0;
    back.current = false;
    const remember = () => places.current.set(location, page.scrollTop);
    page.addEventListener("scroll", remember, { passive: true });
    return () => page.removeEventListener("scroll", remember);
  }, [box, location]);
}
