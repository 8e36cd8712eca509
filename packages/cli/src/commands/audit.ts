import { auditRoutes } from '@remotes/protocol/operators/audit';
import type { AnswerOf } from '@remotes/protocol/operators/route';
import { readMoment } from '@remotes/protocol/screen/time-text';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { readText } from '../given.ts';
import { type Column, showList } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';
import { usageTrouble } from '../trouble.ts';
import { checkAudit, exportAudit, forgetCheckpoint, showCheckpoint } from './audit-record.ts';
import { verifyFile } from './audit-verify.ts';
import { historyOptions, readLimit } from './history.ts';

export const audit: CommandShape = {
  name: 'audit',
  help: `Usage: remotes audit [list] [--actor NAME] [--action ACTION] [--subject SUBJECT] [--since TIME] [--before TIME]
                            [--limit N | --all]
       remotes audit export FILE
       remotes audit verify FILE [--checkpoint CHECKPOINT]… [--fingerprint FINGERPRINT [--recovery FINGERPRINT]]
       remotes audit check
       remotes audit checkpoint
       remotes audit forget-checkpoint

Who did what, when, and from where. With every answer the server signs how far the record goes; the newest such
checkpoint is kept here, and one that does not follow from it is reported.

  list               entries, newest first
  export             writes the whole record into a file ("-": standard output), with a checkpoint at its end
  verify             looks through such a file, asking nobody: finds entries that were changed, removed, added or swapped
  check              asks the server whether the record that it had at the kept checkpoint is still the same
  checkpoint         prints the kept checkpoint, to be kept elsewhere too
  forget-checkpoint  forgets it, when it is explained why another record is shown

  --actor NAME           who did it
  --action ACTION        host.approve, or host for all that was done to hosts
  --subject SUBJECT      to what
  --since, --before TIME 2026-11-23T12:00Z, or 2026-11-23
  --limit N              how many (50); --all for all of them
  --checkpoint C         one that was kept (or a file of them): the record must lead through it; may be repeated
  --fingerprint F        of the signing key that this server is known by ("remotes server"), and of its recovery key
  --json, -o wide|csv    other forms

Examples:
  remotes audit --action job --since 2026-11-01
  remotes audit export audit.ndjson && remotes audit verify audit.ndjson --checkpoint "$(remotes audit checkpoint)"`,
  actions: {
    list: {
      options: {
        actor: { type: 'string' },
        action: { type: 'string' },
        subject: { type: 'string' },
        since: { type: 'string' },
        before: { type: 'string' },
        ...historyOptions,
      },
      run: list,
    },
    export: { takes: ['FILE'], run: exportAudit },
    verify: {
      takes: ['FILE'],
      options: {
        checkpoint: { type: 'string', multiple: true },
        fingerprint: { type: 'string' },
        recovery: { type: 'string' },
      },
      run: verifyFile,
    },
    check: { run: checkAudit },
    checkpoint: { run: showCheckpoint },
    'forget-checkpoint': { run: forgetCheckpoint },
  },
};

type Entry = AnswerOf<typeof auditRoutes.audit_list>['items'][number];

const columns: readonly Column<Entry>[] = [
  { title: 'Number', of: ({ number }) => number },
  { title: 'Time', isWhole: true, of: ({ at }) => momentCell(at) },
  { title: 'Who', of: ({ by }) => (by.token_name === null ? by.name : `${by.name} (${by.token_name})`) },
  { title: 'Action', of: ({ action }) => action },
  { title: 'Subject', of: ({ subject }) => subject },
  { title: 'After', of: ({ after }) => valueText(after) },
  { title: 'Before', isWide: true, of: ({ before }) => valueText(before) },
  { title: 'Kind', isWide: true, of: ({ by }) => by.kind },
  { title: 'Address', isWide: true, of: ({ by }) => by.address },
  { title: 'Request', isWide: true, of: ({ by }) => by.request_id },
  { title: 'Hash', isWide: true, of: ({ hash }) => hash },
];

async function list(given: Given): Promise<number> {
  const [actor, action, subject] = ['actor', 'action', 'subject'].map((option) => readText(given, option));
  const [since, before] = [readTime(given, 'since'), readTime(given, 'before')];
  const query = {
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(subject !== undefined && { subject }),
    ...(since !== undefined && { since_at: since }),
    ...(before !== undefined && { before_at: before }),
  };
  await showList(
    given.format,
    columns,
    itemsOf(connect(given), auditRoutes.audit_list, { query }, readLimit(given)),
  );
  return exitStatus.done;
}

function readTime(given: Given, option: string): string | undefined {
  const written = readText(given, option);
  if (written === undefined) return undefined;
  const at = /^\d+[smhd]$/.test(written) ? undefined : readMoment(written, Date.now());
  if (at === undefined)
    throw usageTrouble(`--${option} takes a time such as 2026-11-23T12:00Z, not "${written}".`);
  return new Date(at).toISOString();
}

function valueText(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
