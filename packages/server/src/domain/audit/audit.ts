import { type ProblemCode, problems } from '@remotes/protocol/operators/problems';
import type { AuditCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import type { Clock } from '../clock.ts';
import type { Author } from '../operators/actor.ts';
import type { AuditNote, Tables } from '../ports.ts';

/** What the doors need of the audit; whatever changes something notes that itself, in its decision. */
export type Audit = {
  /**
   * The newest that is stored, whichever server signed it. Asked for at the end of a request, it is never older than one
   * that the caller was given before he asked. Undefined for a moment at the first start.
   */
  newestCheckpoint(): Promise<AuditCheckpoint | undefined>;
  /** Somebody was refused. Only what is about rights is noted: of a known account each time, of strangers, and beyond a measure, by the minute. */
  refused(refusal: Refused): void;
  /** What was gathered since the last call; with `isLast` also of the minute that is not over. */
  takeRefusals(isLast?: boolean): AuditNote[];
};

type Refused = {
  readonly by: Author;
  /** Whether what he does not find may be there, outside his rights. */
  readonly isNarrowed: boolean;
  /** The name of the route in the contract; null for a path that is none. */
  readonly route: string | null;
  readonly code: ProblemCode;
};

type Counted = { readonly minute: number; readonly by: Author; readonly code: ProblemCode; times: number };

/** Between two takes; what goes beyond it is counted. */
const capacity = 5_000;
/** Of one account, each by itself: entries stay for ever, and nobody is to fill the disk with what he was refused. */
const mostAMinute = 100;
const minuteMs = 60_000;

export function createAudit(tables: Tables, clock: Clock): Audit {
  let singles: AuditNote[] = [];
  const counts = new Map<string, Counted>();
  let present = { minute: 0, times: new Map<Author['operatorId'], number>() };
  const isTooOften = ({ operatorId }: Author) => {
    const minute = Math.floor(clock() / minuteMs);
    if (present.minute !== minute) present = { minute, times: new Map() };
    const times = (present.times.get(operatorId) ?? 0) + 1;
    present.times.set(operatorId, times);
    return times > mostAMinute;
  };
  const count = (by: Author, code: ProblemCode) => {
    const minute = Math.floor(clock() / minuteMs);
    const key = `${minute} ${code} ${by.operatorId}`;
    const counted = counts.get(key) ?? { minute, by, code, times: 0 };
    counts.set(key, counted);
    counted.times += 1;
  };
  return Object.freeze({
    newestCheckpoint: () => tables.audit.newestCheckpoint(),
    refused({ by, isNarrowed, route, code }: Refused) {
      if (!isNoted(code, isNarrowed)) return;
      const isCounted =
        by.kind === 'nobody' || code === 'too_many_requests' || singles.length >= capacity || isTooOften(by);
      if (isCounted) count({ ...by, address: null, requestId: null }, code);
      else singles.push({ at: clock(), by, action, subject: route ?? 'no route', after: { code } });
    },
    takeRefusals(isLast = false) {
      const now = Math.floor(clock() / minuteMs);
      const notes = singles;
      singles = [];
      for (const [key, { minute, by, code, times }] of counts) {
        if (minute === now && !isLast) continue;
        counts.delete(key);
        notes.push({ at: minute * minuteMs, by, action, subject: 'within a minute', after: { code, times } });
      }
      return notes;
    },
  });
}

const action = 'request.refuse';

/** What says nothing about rights (a wrong value, a name that is taken, what is nowhere) is no matter for the audit. */
function isNoted(code: ProblemCode, isNarrowed: boolean): boolean {
  const { status } = problems[code];
  if (status === 404) return isNarrowed;
  return status === 401 || status === 403 || status === 429;
}
