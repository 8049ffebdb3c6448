/** D8: what follows a creation: the trigger label for the issue that stays, the others closed as its duplicates. */
import { asDuplicate } from '../../block.js';
import { afterCreate, type Aftermath, type Listed } from '../../decide.js';
import { steady } from '../../originals.js';
import { OVERFLOW } from '../../suppress.js';
import { Gone, type Change } from './api.js';
import type { Owed } from './notes.js';
import type { Repository } from './repository.js';

/** Before each look at the listing. */
const LOOKS = [0, 2_000, 4_000, 8_000];
/** For how long another maker is left to follow up its own issue. */
const MAKERS_TURN = 20_000;
const EVERY = 30_000;

/** What this process, and those of this host before it, still owe to issues that they created. */
export class FollowUp {
  private looked = -Infinity;
  private readonly owing = new Map<number, string>();

  constructor(
    private readonly repository: Repository,
    private readonly trigger: string,
  ) {}

  /** Read back until the index shows what was made, and settle it. What it never shows stays owed. */
  async after(made: readonly Owed[]): Promise<void> {
    const pending = new Map(made.map(({ number, signature }) => [number, signature]));
    for (const [number, signature] of pending) this.owing.set(number, signature);
    for (const pause of LOOKS) {
      if (pause) await this.repository.client.wait(pause, 'the index does not show the new issue yet');
      await this.repository.refresh(pending.values());
      for (const [number, signature] of pending) {
        if (!this.repository.index.shown.has(number)) continue;
        pending.delete(number);
        await this.settleOwn(number, signature);
      }
      if (pending.size === 0) return;
    }
  }

  /** What is owed since longer, also by processes that are gone. Looks at the folder every 30 s at most. */
  async owed(): Promise<void> {
    if (steady() - this.looked < EVERY && !this.repository.client.hurried) return;
    this.looked = steady();
    const left = this.repository.notes.owed(MAKERS_TURN).map((each) => [each.number, each.signature] as const);
    const owed = new Map([...left, ...this.owing]);
    if (owed.size === 0) return;
    await this.repository.refresh(owed.values());
    for (const [number, signature] of owed) {
      // An index that does not show it yet may not show a lower one either.
      if (this.repository.index.shown.has(number) || this.isOurs(number, null)) await this.settleOwn(number, signature);
    }
  }

  private async settleOwn(number: number, signature: string): Promise<void> {
    if (!(await this.settle(signature, number))) return;
    this.owing.delete(number);
    this.repository.notes.settled({ number, signature });
  }

  /**
   * Do what D8 asks for this signature over the index as it is; `own` is the issue that we made. False when the issue
   * that stays has no trigger label yet, because its maker is to have its turn.
   */
  async settle(signature: string, own: number | null = null): Promise<boolean> {
    const { label, close } = this.todo(signature, own);
    const keeper = this.openOnes(signature)[0];
    const isTurn = label === null || this.isOurs(label, own);
    try {
      if (isTurn && label !== null) await this.triggerAt(label);
      for (const number of close) {
        if (keeper && this.isOurs(number, own)) await this.close(number, keeper.number);
      }
    } catch (error) {
      if (error instanceof Gone) return false; // deleted meanwhile: the next look decides again
      throw error;
    }
    return isTurn;
  }

  /** Those of the signatures that more than one open issue of ours is marked with. */
  doubles(signatures: readonly string[]): string[] {
    return signatures.filter((signature) => this.openOnes(signature).length > 1);
  }

  private todo(signature: string, own: number | null): Aftermath {
    // GitHub tells labels apart without regard to case.
    const lower = this.repository.index
      .issues()
      .map((each) => ({ ...each, labels: each.labels.map((label) => label.toLowerCase()) }));
    const todo = afterCreate(signature, own ?? 0, lower, this.repository.reporters, this.trigger.toLowerCase());
    // Without a creation of ours only doubles are put right: whoever took a label off meant it.
    const isAlone = own === null && todo.close.length === 0;
    return isAlone || !this.trigger || signature === OVERFLOW ? { ...todo, label: null } : todo;
  }

  /** Ours that are open and marked with the signature, the lowest number first. */
  private openOnes(signature: string): Listed[] {
    return this.repository.index
      .issues()
      .filter((each) => each.open && each.signature === signature && this.repository.reporters.has(each.author))
      .sort((one, other) => one.number - other.number);
  }

  /** Each maker follows up its own; what a maker leaves lying is anyone's. */
  private isOurs(number: number, own: number | null): boolean {
    const { index, client } = this.repository;
    return number === own || client.now() - index.createdAt(number) > MAKERS_TURN;
  }

  private async triggerAt(number: number): Promise<void> {
    await this.repository.change(number, { labels: [...this.repository.known(number).labels, this.trigger] });
  }

  private async close(number: number, keeper: number): Promise<void> {
    const change: Change = { state: 'closed', state_reason: 'duplicate' };
    const body = asDuplicate((await this.repository.body(number)).text, keeper);
    if (body !== null) change.body = body;
    await this.repository.change(number, change);
  }
}
