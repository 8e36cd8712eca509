import type { fleetRoutes } from '@remotes/protocol/operators/fleet';
import { applyFleet } from '../fleet-apply.ts';
import { exportFleet } from '../fleet-export.ts';
import { type LineFinding, readFleetFile } from '../fleet-file/fleet-file-reading.ts';
import { fleetFileText } from '../fleet-file/fleet-file-text.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { type Problem, problem } from '../operators/problem.ts';
import { changeAnswer } from './fleet-edits.ts';
import { refusalOfNarrowed } from './narrowed.ts';

/** The fleet file, as `remotes-server apply` and `export` have it. */
export const fleetDeeds: ApiDeeds<keyof typeof fleetRoutes> = {
  async fleet_apply({ mind, actor, author, body }) {
    const narrowed = refusalOfNarrowed(actor, 'apply a fleet file');
    if (narrowed) return narrowed;
    const reading = readFleetFile(body.file);
    if (!reading.file) return refusalOfFile(reading.problems);
    const { status, preview } = await applyFleet(mind, reading.file, {
      by: author,
      isPruning: body.prune === true,
      agreedHosts: body.yes ?? null,
      mayApply: body.dry_run !== true && reading.problems.length === 0,
      show() {},
    });
    const problems = [...reading.problems, ...reading.locate(preview.problems)];
    if (status === 'wrong' || problems.length > 0) return refusalOfFile(problems);
    if (status === 'unconfirmed') {
      return { ...problem('needs_yes', preview.needsYes ?? ''), hosts: preview.willRunOn };
    }
    return {
      answer: {
        status,
        ...changeAnswer({ ...preview, id: null, notes: [] }, body),
        notes: reading.locate(preview.notes).map(({ line, sentence }) => ({ line, message: sentence })),
      },
    };
  },

  async fleet_export({ mind, actor, query }) {
    const narrowed = refusalOfNarrowed(actor, 'export the fleet');
    if (narrowed) return narrowed;
    const file = await exportFleet(mind.storage.tables, {
      withoutHosts: query.without_hosts === true,
      withSavedValues: query.saved_values === true,
    });
    return { answer: undefined, stream: once(fleetFileText(file)), fileName: 'fleet.yaml' };
  },
};

/** All that is wrong with a file, by line. */
function refusalOfFile(problems: readonly LineFinding[]): Problem {
  const lines = problems
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, sentence }) => `Line ${line}: ${sentence}`);
  return problem('unsuitable_file', lines.join('\n'));
}

async function* once(text: string): AsyncIterable<string> {
  yield text;
}
