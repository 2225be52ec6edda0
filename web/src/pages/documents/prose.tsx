import { useEffect, useRef } from "react";
import { useLocation } from "wouter";

/** A text as the server made it from Markdown. Links within Huan open without loading the page anew. */
export function Prose({ html }: { html: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      const link = (event.target as Element).closest("a");
      const href = link?.getAttribute("href");
      if (!href?.startsWith("/") || href.startsWith("/api/")) return;
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      navigate(href);
    };
    const shown = place.current;
    shown?.addEventListener("click", follow);
    return () => shown?.removeEventListener("click", follow);
  }, [navigate]);
  return (
    <div
      ref={place}
      className="prose"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: the server writes every tag of it, nothing typed becomes one
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
