// The server's clock as the page knows it. Clocks count down by it, not by the device's.
let offset = 0;
const listeners = new Set<() => void>();
let timer: number | undefined;

export const now = () => Date.now() + offset;

export function setServerTime(instant: string) {
  const difference = Date.parse(instant) - Date.now();
  if (Number.isNaN(difference)) return;
  // Smaller differences are the journey of the answer.
  if (Math.abs(difference - offset) < 1500) return;
  offset = difference;
  for (const listener of listeners) listener();
}

/** Calls `listener` every second while anybody listens. */
export function onSecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
