import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useLocation } from "wouter";
import { tMaybe } from "../../i18n/texts";
import type { LinkTitle } from "../../api/documents";
import { PlatformMark } from "../../ui/marks";

/** A place before a link to a thing of a platform, for the platform's mark. */
interface Spot {
  element: HTMLElement;
  platform: string;
  kind: string;
  /** Where it leads, and whether that is all that the text says of it. */
  address: string;
  bare: boolean;
}

/**
 * A text as the server made it from Markdown. Links within Huan open without loading the page anew; those to things of a
 * platform show its mark and what they are.
 */
export function Prose({ html, titles = [] }: { html: string; titles?: LinkTitle[] }) {
  const place = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const [spots, setSpots] = useState<Spot[]>([]);
  useLayoutEffect(() => {
    const shown = place.current;
    if (!shown) return;
    // Set here and not by React, which would put it anew over the marks. Every tag of it was written by the server.
    shown.innerHTML = html;
    for (const box of shown.querySelectorAll("li > input, li > p > input"))
      box.setAttribute("aria-label", box.parentElement?.textContent?.trim() ?? "");
    const links = [...shown.querySelectorAll<HTMLAnchorElement>("a[data-platform]")];
    setSpots(
      links.map((link) => {
        const element = document.createElement("span");
        element.className = "object-mark";
        const address = link.getAttribute("href") ?? "";
        const bare = link.textContent === address;
        if (bare) {
          // Where the title is known it stands for the address.
          const words = document.createElement("span");
          words.className = "object-address";
          words.textContent = address;
          link.replaceChildren(words);
        }
        link.prepend(element);
        return { element, platform: link.dataset.platform ?? "", kind: link.dataset.kind ?? "", address, bare };
      }),
    );
  }, [html]);
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
    <>
      <div ref={place} className="prose" />
      {spots.map(({ element, platform, kind, address, bare }, number) => {
        const parts = address.split(/[/?#]/);
        const known = titles.find((one) => one.platform === platform && one.kind === kind && parts.includes(one.id));
        return createPortal(
          <>
            <PlatformMark platform={platform} />
            <span className="object-kind">{tMaybe(`documents.object.${kind}`, kind)}</span>
            {bare && known?.title && <span className="object-title">{known.title}</span>}
          </>,
          element,
          String(number),
        );
      })}
    </>
  );
}
