/** D4 to D7: one decision done: counted, opened again, or made an issue. */
import { LABEL, type Decision } from '../../decide.js';
import { BACKOFF, Later, spread, type Client } from '../../http/client.js';
import { LONGEST_WAIT } from '../../http/pauses.js';
import { body as issueBody, title as issueTitle } from '../../issue.js';
import { without } from '../../mapping.js';
import type { Options } from '../../options.js';
import { eachFrame } from '../../shrink.js';
import { OVERFLOW } from '../../suppress.js';
import type { Outcome, Report } from '../../values.js';
import type { Warn } from '../../warn.js';
import { Gone, type Change } from './api.js';
import { countedIn, lastOf, sightingOf, type Group } from './group.js';
import type { Owed } from './notes.js';
import type { Repository } from './repository.js';
import { Summary, summaryBody, TITLE } from './summary.js';

const REGRESSION = 'regression';
const AGAIN = 'Seen again after this was closed.';
const AGAIN_IN_RELEASE = 'Seen again in a release that was not known when this was closed.';
/** For how long a count waits for an issue to be there. */
const ORPHAN_FOR = 3_600_000;

/** Writes to the repository. Its methods throw `Later` and `Never`. */
export class Filing {
  readonly summary = new Summary();
  private readonly client: Client;
  private mayLabel: boolean;
  /** What this process created and did not follow up yet (D8). */
  private made: Owed[] = [];

  constructor(
    private readonly repository: Repository,
    private readonly options: Options,
    private readonly warn: Warn,
  ) {
    this.client = repository.client;
    this.mayLabel = repository.notes.mayLabel(options.token);
  }

  /** What is to be followed up now. */
  takeMade(): Owed[] {
    const { made } = this;
    this.made = [];
    return made;
  }

  /** D5 for a group, over the index as it is. */
  decide(group: Group): Promise<Decision> {
    return this.repository.decide(sightingOf(group), group.signature !== OVERFLOW);
  }

  /** Do what was decided. `create` and `regression` are for who holds the claim. */
  async do(group: Group, decision: Decision): Promise<Outcome> {
    switch (decision.do) {
      case 'create':
        return canMake(group) ? this.create(group) : this.withoutIssue(group);
      case 'hold':
        return this.withoutIssue(group);
      case 'silent':
        return 'delivered';
      default:
        return this.write(group, decision);
    }
  }

  private async write(group: Group, decision: Decision & { number: number }): Promise<Outcome> {
    const { number } = decision;
    if (decision.do !== 'regression' && this.isFrom(group, number)) return this.adopt(group, number);
    if (decision.do === 'wait') return 'later';
    try {
      const { issue, text } = await this.repository.body(number);
      if (issue !== null && !isSame(await this.decide(group), decision)) return 'later'; // what was read now is not what was decided on
      await (decision.do === 'count' ? this.count(group, number, text) : this.reopen(group, number, text));
      return 'delivered';
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      this.repository.index.forget(number);
      return 'later';
    }
  }

  /** Whether the issue was made of this very report: by a request whose answer got lost. */
  private isFrom({ report }: Group, number: number): boolean {
    return Boolean(report && this.repository.index.body(number)?.includes(`"id":"${report.id}"`));
  }

  /** The report is counted already. What else is in the group is not, and D8 may not be done. */
  private async adopt(group: Group, number: number): Promise<Outcome> {
    const known = this.repository.adopted(number);
    const { text } = await this.repository.body(number);
    const isWhole = group.beside.length === 0 || text === (await this.text(group)).body;
    const counted = isWhole ? null : countedIn(text, group.beside);
    if (this.repository.isUntouched(known)) this.owe(number, group.signature);
    if (counted !== null) await this.repository.change(number, { body: counted });
    return 'delivered';
  }

  private owe(number: number, signature: string): void {
    this.made.push({ number, signature });
    this.repository.notes.owe({ number, signature });
  }

  private async count(group: Group, number: number, text: string): Promise<void> {
    const counted = countedIn(text, group.times);
    if (counted !== null) await this.repository.change(number, { body: counted });
  }

  /** D6. The release joins the block, or it would be a regression again once this is closed. */
  private async reopen(group: Group, number: number, text: string): Promise<void> {
    const { labels, releases } = this.repository.known(number);
    const change: Change = { state: 'open' };
    if (!labels.some((each) => each.toLowerCase() === REGRESSION)) change.labels = [...labels, REGRESSION];
    const counted = countedIn(text, group.times);
    if (counted !== null) change.body = counted;
    const isByRelease = sightingOf(group).release !== '' && releases.length > 0;
    await this.repository.change(number, change);
    await this.repository.api.comment(number, isByRelease ? AGAIN_IN_RELEASE : AGAIN);
  }

  private withoutIssue(group: Group): Outcome {
    if (canMake(group) || this.summary.holds(group.signature)) {
      this.summary.hold(group);
      return 'delivered';
    }
    // Its report may be under way in another process.
    return this.client.now() - lastOf(group.times).last < ORPHAN_FOR ? 'later' : 'delivered';
  }

  // --- a new issue ---------------------------------------------------------------------------------------------------

  /** T2's tries, each with a new look: an answer that got lost may have been an issue. */
  private async create(group: Group): Promise<Outcome> {
    for (const backoff of BACKOFF) {
      try {
        return await this.post(group);
      } catch (error) {
        if (!(error instanceof Later)) throw error;
        const pause = Math.max(spread(backoff), this.client.silentFor());
        if (pause > LONGEST_WAIT) throw error;
        await this.client.wait(pause, 'the issue could not be created');
      }
      await this.repository.refresh([group.signature]);
      const decision = await this.decide(group);
      if (decision.do !== 'create') return this.do(group, decision);
    }
    return this.post(group);
  }

  private async post(group: Group): Promise<Outcome> {
    if (!this.mayLabel) {
      this.warnOfLabels();
      return 'never';
    }
    const { title, body } = await this.text(group);
    // GitHub tells labels apart without regard to case.
    const notYet = [LABEL, this.options.triggerLabel.toLowerCase()];
    const labels = [LABEL, ...this.options.labels.filter((each) => !notYet.includes(each.toLowerCase()))];
    const made = await this.repository.create(title, body, labels, group.report !== null);
    if (made.labels.some((each) => each.toLowerCase() === LABEL)) this.owe(made.number, group.signature);
    else {
      this.mayLabel = false;
      this.repository.notes.cannotLabel(this.options.token);
      this.warnOfLabels();
    }
    return 'delivered';
  }

  private async text(group: Group): Promise<{ title: string; body: string }> {
    if (group.report === null) return { title: TITLE, body: summaryBody(group) };
    const report = await this.shown(group.report);
    const body = issueBody(report);
    return { title: issueTitle(report), body: countedIn(body, group.beside) ?? body };
  }

  /** I9: the report as this repository may show it. Who can read it is asked only where that matters. */
  private async shown(report: Report): Promise<Report> {
    const { publicLogs, publicRequest, publicLocals } = this.options;
    const hidden = [...(publicLogs ? [] : ['logs', 'breadcrumbs']), ...(publicRequest ? [] : ['request'])];
    const part = without(report, hidden);
    const shown = publicLocals ? part : eachFrame(part, (frame) => without(frame, ['locals']));
    return shown !== report && (await this.repository.isPublic()) ? shown : report;
  }

  private warnOfLabels(): void {
    this.warn(
      `GitHub dropped the labels of the issue that was created in ${this.options.repo}: the account of this token may ` +
        'not label there, so its issues cannot be found again. No more issues are created. Give the account the role ' +
        'Triage or Write, or take a token that has read and write access to issues.',
    );
  }
}

/** Whether there is enough to make an issue of. */
export function canMake(group: Group): boolean {
  return group.report !== null || group.signature === OVERFLOW;
}

/** Whether several processes may come to this decision at once, each of which would show. */
export function isShared(decision: Decision): boolean {
  return decision.do === 'create' || decision.do === 'regression';
}

function isSame(one: Decision, other: Decision): boolean {
  return one.do === other.do && ('number' in one ? one.number : 0) === ('number' in other ? other.number : 0);
}
