/** T1, D: the transport that makes each bug one issue of a GitHub repository. */
import { Later, Unreachable, type Client } from '../http/client.js';
import { nameOf, reason, write } from '../node/files.js';
import type { Options } from '../options.js';
import { steady } from '../originals.js';
import { state } from '../state.js';
import { OVERFLOW } from '../suppress.js';
import type { Item, Outcome, Transport } from '../values.js';
import { why, type Warn } from '../warn.js';
import { written } from '../wire.js';
import { Never } from './github/api.js';
import { Claim } from './github/claim.js';
import { canMake, Filing, isShared } from './github/filing.js';
import { FollowUp } from './github/followup.js';
import { groupsOf, type Group } from './github/group.js';
import type { Index } from './github/indexed.js';
import { Repository } from './github/repository.js';
import type { Summary } from './github/summary.js';

/** At most, what a process waits before it does what others may do as well (D7). */
export const JITTER = 2_000;
const CLAIM_WAIT = 5_000;
const CLAIM_POLL = 100;
/** For how long a refusal stands before it is tried whether someone put it right. */
const REFUSED_FOR = 600_000;
/** For how long silence about an issue, and a count without one, need no new look. */
const STILL = 60_000;

/** What became of each signature of a batch; what is not in it is for later. */
type Told = Map<string, Outcome>;

export class GitHub implements Transport {
  private readonly repository: Repository;
  private readonly client: Client;
  private readonly index: Index;
  private readonly filing: Filing;
  private readonly summary: Summary;
  private readonly followUp: FollowUp;
  private readonly folder: string;
  private readonly claim: Claim;
  private refusedUntil = -Infinity;
  private isUnreachable = false;
  private jittered = false;
  private turn: Promise<unknown> = Promise.resolve();

  /**
   * @param folder this repository's folder of the spool, "" where there is none
   * @param warn is told what a person can put right
   * @throws Error when the address or the token cannot be used
   */
  constructor(
    options: Options,
    folder: string,
    private readonly warn: Warn,
    private readonly jitterMost = JITTER,
  ) {
    this.repository = new Repository(options, folder, warn);
    this.client = this.repository.client;
    this.index = this.repository.index;
    this.filing = new Filing(this.repository, options, warn);
    this.summary = this.filing.summary;
    this.followUp = new FollowUp(this.repository, options.triggerLabel);
    this.folder = this.repository.notes.folder;
    this.claim = new Claim(this.folder);
  }

  // --- the interface -------------------------------------------------------------------------------------------------

  send(batch: readonly Item[]): Promise<Outcome[]> {
    return this.inTurn(async () => {
      const outcomes = batch.map((): Outcome => 'later');
      const groups = groupsOf(batch);
      const told = await this.tell(groups);
      for (const { signature, places } of groups) {
        for (const place of places) outcomes[place] = told.get(signature) ?? 'later';
      }
      return outcomes;
    });
  }

  /** Follow up what was left undone, and tell what was held back once its hour is over. */
  tick(): Promise<void> {
    return this.inTurn(() => this.catchUp());
  }

  hurry(deadline: number): void {
    this.client.hurry(deadline);
  }

  /** What is owed goes now; what was held back and may not go yet is left in the spool for the next process. */
  close(deadline: number): Promise<void> {
    this.hurry(deadline);
    return this.inTurn(async () => {
      await this.catchUp();
      const held = this.summary.take();
      if (held && this.folder) {
        const count = { ...held, signature: OVERFLOW };
        this.leave({ id: state.platform.id(), time: held.last, count });
      }
      this.client.drop();
    });
  }

  /** One after the other, also when the end does not wait for what is under way. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.turn.then(work);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private async catchUp(): Promise<void> {
    if (this.isRefused()) return;
    try {
      await this.followUp.owed();
    } catch (error) {
      if (error instanceof Never) this.refuse(error);
      if (error instanceof Never || error instanceof Later) return;
      throw error;
    }
    if (this.summary.owes && this.summary.due) await this.tell([]);
  }

  private leave(item: Item): void {
    try {
      write(this.folder, nameOf(this.folder, item), written(item), false);
    } catch (error) {
      this.warn(`how many errors were held back could not be kept below ${this.folder}: ${reason(error)}`);
    }
  }

  // --- a batch -------------------------------------------------------------------------------------------------------

  private async tell(groups: readonly Group[]): Promise<Told> {
    const told: Told = new Map();
    const overflow = groups.find((group) => group.signature === OVERFLOW);
    await this.batch(
      groups.filter((group) => group !== overflow),
      told,
    );
    const about = this.summary.due ? this.summary.group(overflow) : null;
    if (about) {
      await this.batch([about], told);
      if (told.get(about.signature) === 'delivered') this.summary.told();
    }
    return told;
  }

  /** Fills `told`. What stays out of it is for later. */
  private async batch(groups: readonly Group[], told: Told): Promise<void> {
    this.jittered = false;
    let work = [...groups];
    try {
      work = await filtered(groups, async (group) => !(await this.mustWait(group)));
      if (this.isRefused()) {
        for (const group of work) told.set(group.signature, 'never');
        return;
      }
      if ((await filtered(work, (group) => this.needsLook(group))).length) await this.look(work);
      const making: Group[] = [];
      for (const group of work) await this.attempt(group, told, making);
      if (making.length) await this.make(making, told);
      await this.follow();
      await this.putDoublesRight(work);
    } catch (error) {
      if (!(error instanceof Never) && !(error instanceof Later)) throw error;
      if (this.outcomeOf(error) === 'later') return;
      for (const { signature } of work) if (!told.has(signature)) told.set(signature, 'never');
    }
  }

  private async mustWait(group: Group): Promise<boolean> {
    return this.index.listed && (await this.filing.decide(group)).do === 'wait';
  }

  private async needsLook(group: Group): Promise<boolean> {
    if (!this.index.listed) return true;
    const decision = await this.filing.decide(group);
    if (decision.do === 'count') return this.repository.atHand(decision.number) === undefined;
    return decision.do === 'silent' || !canMake(group) ? this.index.age() > STILL : true;
  }

  /** Read the index: at a random moment where it may lead to a write that others come to as well (D7). */
  private async look(work: readonly Group[]): Promise<void> {
    const shared = async (group: Group): Promise<boolean> => isShared(await this.filing.decide(group));
    if (!this.index.listed || (await filtered(work, shared)).length) await this.jitter();
    await this.repository.refresh(signaturesOf(work));
  }

  private async jitter(): Promise<void> {
    this.jittered = true;
    await this.client.pause(Math.random() * this.jitterMost);
  }

  /** Do what is decided for a group; with `making`, put there instead what needs the claim. */
  private async attempt(group: Group, told: Told, making?: Group[]): Promise<void> {
    try {
      if (this.isRefused()) {
        told.set(group.signature, 'never');
        return;
      }
      const decision = await this.filing.decide(group);
      if (making && isShared(decision) && canMake(group)) making.push(group);
      else told.set(group.signature, await this.filing.do(group, decision));
    } catch (error) {
      told.set(group.signature, this.outcomeOf(error));
    }
  }

  /** D7: one process a host at a time. */
  private async make(making: readonly Group[], told: Told): Promise<void> {
    const waited = !this.claim.take();
    if (waited && !(await this.claimed())) return;
    try {
      if (waited || !this.jittered) {
        await this.jitter();
        await this.repository.refresh(signaturesOf(making));
      }
      for (const group of making) {
        this.claim.keep();
        await this.attempt(group, told);
      }
      this.claim.keep();
      await this.follow();
    } finally {
      this.claim.release();
    }
  }

  private async claimed(): Promise<boolean> {
    const until = steady() + CLAIM_WAIT;
    while (this.client.left(until - steady()) > CLAIM_POLL) {
      await this.client.wait(CLAIM_POLL, 'another process creates issues');
      if (this.claim.take()) return true;
    }
    return false;
  }

  private async follow(): Promise<void> {
    const made = this.filing.takeMade();
    if (made.length) await this.followUp.after(made);
  }

  private async putDoublesRight(work: readonly Group[]): Promise<void> {
    const doubles = this.followUp.doubles(signaturesOf(work));
    if (!doubles.length || !this.claim.take()) return;
    try {
      for (const signature of doubles) await this.followUp.settle(signature);
    } finally {
      this.claim.release();
    }
  }

  // --- what went wrong -----------------------------------------------------------------------------------------------

  /** What an error means for the group that it came up with. */
  private outcomeOf(error: unknown): Outcome {
    if (error instanceof Later) {
      this.tellUnreachable(error);
      return 'later';
    }
    if (error instanceof Never) this.refuse(error);
    // It must not keep the others from going, now or at any later try.
    else this.warn(`an error could not be made an issue: ${why(error)}`);
    return 'never';
  }

  /** Once, that GitHub cannot be reached; at the end of a process it is only slow. */
  private tellUnreachable(later: Later): void {
    if (!(later instanceof Unreachable) || this.client.hurried || this.isUnreachable) return;
    this.isUnreachable = true;
    this.warn(
      `GitHub cannot be reached (${later.message}). Errors are kept, and sent when it can. Check the option \`apiUrl\`, ` +
        "and the network: the environment's HTTPS_PROXY and NODE_EXTRA_CA_CERTS are used.",
    );
  }

  private isRefused(): boolean {
    return steady() < this.refusedUntil;
  }

  /** What GitHub refused to one error it refuses to all, but for a text it does not take. */
  private refuse(never: Never): void {
    if (never.status !== 422) this.refusedUntil = steady() + REFUSED_FOR;
  }
}

async function filtered(groups: readonly Group[], passes: (group: Group) => Promise<boolean>): Promise<Group[]> {
  const kept: Group[] = [];
  for (const group of groups) if (await passes(group)) kept.push(group);
  return kept;
}

function signaturesOf(groups: readonly Group[]): string[] {
  return groups.map((group) => group.signature);
}
