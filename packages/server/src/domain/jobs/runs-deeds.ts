import type { runsRoutes } from '@remotes/protocol/operators/runs';
import { isDeclined } from '../administration-refusal.ts';
import { rowsWanted } from '../api/list-page.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import { hasRole } from '../operators/rights.ts';
import type { Run, Scope, Tables } from '../ports.ts';
import { shownStatement } from '../statement-seal.ts';
import { findJob } from './job-sight.ts';
import { outputPage, streamOf } from './run-output.ts';
import { runViews } from './run-view.ts';

/** What is done for each request about runs. */
export const runsDeeds: ApiDeeds<keyof typeof runsRoutes> = {
  async runs_list({ mind, actor, query }) {
    const before = readCursor(query.cursor, ['number']);
    if (isProblem(before)) return before;
    const { tables } = mind.storage;
    const scope = actor.hostsGroupIds;
    const job = query.job === undefined ? undefined : await findJob(tables, query.job, scope);
    if (isProblem(job)) return job;
    const { host, state } = query;
    const runs = await tables.runs.list({
      ...(host !== undefined && { hostId: host }),
      ...(job !== undefined && { wireNumber: job.wireNumber }),
      ...(state !== undefined && { state }),
      ...(before !== undefined && { beforeNumber: before[0] }),
      isGiven: state !== 'queued',
      scope,
      limit: rowsWanted(query),
    });
    const { items, next } = pageFrom(runs, query.limit, ({ number }) => [number]);
    return { answer: { items: await runViews(tables, items), next } };
  },

  async runs_show({ mind, actor, params }) {
    const { tables } = mind.storage;
    const run = await findRun(tables, params.id, actor.hostsGroupIds);
    if (isProblem(run)) return run;
    const signed = await tables.runs.statement(run.number);
    // Of masked secrets a hash tells whoever guesses whether he is right: that is for admins, who may set them.
    const masterKey = hasRole(actor, 'admin') ? mind.masterKey : undefined;
    const shown = signed && shownStatement(masterKey, signed, run.id);
    const [view] = await runViews(tables, [run]);
    return {
      answer: {
        ...view!,
        inputs: { settings: {}, variables: {}, ...JSON.parse(run.inputs) },
        signed: shown
          ? { statement: shown.statement, signature: shown.signature, channel_key: shown.channelKey }
          : null,
      },
    };
  },

  async runs_output({ mind, actor, params, query }) {
    const { tables } = mind.storage;
    const run = await findRun(tables, params.id, actor.hostsGroupIds);
    if (isProblem(run)) return run;
    const { state, outputBytes, outputCutBytes, isMasked } = run;
    const { chunks, next } = await outputPage(tables, run.number, query.after ?? -1);
    return {
      answer: {
        state,
        output_bytes: outputBytes,
        output_cut_bytes: outputCutBytes,
        is_masked: isMasked,
        chunks,
        next,
      },
    };
  },

  async runs_stream({ mind, actor, params }) {
    const { tables } = mind.storage;
    const run = await findRun(tables, params.id, actor.hostsGroupIds);
    if (isProblem(run)) return run;
    const { stream } = params;
    return {
      answer: undefined,
      stream: streamOf(run, stream, await tables.outputs.chunks(run.number)),
      fileName: `run-${run.number}-${stream}`,
    };
  },

  async runs_stop({ mind, actor, author: by, params }) {
    const { tables } = mind.storage;
    const run = await findRun(tables, params.id, actor.hostsGroupIds);
    if (isProblem(run)) return run;
    const stopped = await mind.storage.decide('stopRun', { run: run.id, now: mind.clock(), by });
    if (isDeclined(stopped)) return stopped;
    const [view] = await runViews(tables, [stopped.run]);
    return { answer: { run: view!, done: stopped.done } };
  },
};

/** The run, if its host lies within the scope. */
async function findRun(tables: Tables, id: string, scope: Scope): Promise<Run | Problem> {
  const run = await tables.runs.byId(id);
  if (!run) return notFound(`run ${id}`);
  if (scope === null) return run;
  const [host] = await tables.hosts.inBrief({ ids: [run.hostId], scope });
  return host ? run : notFound(`run ${id}`);
}
