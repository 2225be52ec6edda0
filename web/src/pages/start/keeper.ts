export type Keeping = "saved" | "saving" | "unsaved";

/** Keeps the latest of what is entered, one save after the other. */
export class Keeper<T> {
  private latest: T;
  private kept: T;
  private running: Promise<void> | null = null;

  /**
   * `save` answers what stands from then on: what it was given, or what somebody else wrote meanwhile, which takes the place of everything
   * here. It rejects when nothing could be kept. `tell` hears where it stands.
   */
  constructor(
    first: T,
    private readonly save: (entered: T) => Promise<T>,
    private readonly tell: (keeping: Keeping) => void,
  ) {
    this.latest = first;
    this.kept = first;
  }

  /** What was entered last. */
  get entered(): T {
    return this.latest;
  }

  /** Something else was entered; it is kept when `keep` is called. */
  enter(entered: T) {
    this.latest = entered;
    this.tell("saving");
  }

  /** Saves until nothing is left to be kept; resolves in any case. */
  keep(): Promise<void> {
    if (this.running) return this.running;
    // Saved meanwhile by the round before: a round without anything to wait for would end before it is noted as running.
    if (this.kept === this.latest) {
      this.tell("saved");
      return Promise.resolve();
    }
    this.running = this.round();
    return this.running;
  }

  private async round() {
    try {
      while (this.kept !== this.latest) {
        this.tell("saving");
        const sent = this.latest;
        const stands = await this.save(sent);
        this.kept = stands;
        if (stands !== sent) this.latest = stands;
      }
      this.tell("saved");
    } catch {
      this.tell("unsaved");
    } finally {
      this.running = null;
    }
  }
}
