import { jsonText } from '@remotes/protocol/screen/json-text';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import type { ApplyOutcome } from '../domain/fleet-apply.ts';
import type { FleetChange } from '../domain/fleet-changes.ts';
import type { FleetFileReading, LineFinding } from '../domain/fleet-file/fleet-file-reading.ts';
import type { FleetPreview } from '../domain/fleet-preview.ts';
import { willRunText } from './hosts-change.ts';
import { adviseYes } from './yes-advice.ts';

export type ApplyReport = {
  /** What will be done, before it is done. */
  show(preview: FleetPreview): void;
  /** Answers the exit status. */
  end(outcome: ApplyOutcome): number;
  /** Tells what is wrong with the file; answers the exit status. */
  refuse(problems: readonly LineFinding[]): number;
};

/**
 * Tells people what is done to the fleet: that on stdout, the same whether it is done or not, and what became of it on
 * stderr. Programs get one JSON object on stdout.
 */
export function createApplyReport(fileName: string, isJson: boolean, reading: FleetFileReading): ApplyReport {
  let shown: string | undefined;
  const told = (problems: readonly LineFinding[]) => [...reading.problems, ...problems];
  const refuse = (problems: readonly LineFinding[]) => {
    const all = told(problems).toSorted((one, other) => one.line - other.line);
    if (isJson) console.log(jsonText({ status: 'wrong', problems: all.map(jsonOfFinding) }));
    for (const { line, sentence } of all) console.error(visibleLine(`${fileName} line ${line}: ${sentence}`));
    console.error('Nothing was changed.');
    return 1;
  };
  return Object.freeze({
    show(preview: FleetPreview) {
      const lines = describe(preview);
      if (isJson || lines === shown) return;
      if (shown !== undefined)
        console.error('The fleet was changed by others meanwhile. This will be done now:');
      shown = lines;
      console.log(lines);
      for (const { line, sentence } of reading.locate(preview.notes)) {
        console.error(visibleLine(`${fileName} line ${line}: note: ${sentence}`));
      }
    },
    end({ status, preview }: ApplyOutcome) {
      const problems = reading.locate(preview.problems);
      if (told(problems).length > 0) return refuse(problems);
      if (isJson) console.log(jsonText(jsonOf(status, preview, reading.locate(preview.notes))));
      const sentence = endingOf(status, preview);
      if (sentence !== undefined && (!isJson || status === 'unconfirmed')) console.error(sentence);
      return status === 'unconfirmed' ? 1 : 0;
    },
    refuse,
  });
}

function describe({ changes, willRunOn }: FleetPreview): string {
  if (changes.length === 0) return 'Nothing to change.';
  const lines = changes.map(changeLine);
  if (willRunOn > 0) lines.push(willRunText(willRunOn));
  return lines.join('\n');
}

function changeLine({ action, kind, name, details }: FleetChange): string {
  const line = `${action.padEnd(6)}  ${kind.replace('_', ' ')} "${name}"`;
  return visibleLine(details.length > 0 ? `${line}: ${details.join('; ')}` : line);
}

function endingOf(status: ApplyOutcome['status'], preview: FleetPreview): string | undefined {
  const needsYes = yesWanted(preview);
  if (status === 'applied') return 'Applied.';
  if (status === 'planned') return ['Dry run: nothing was changed.', needsYes ?? []].flat().join(' ');
  return status === 'unconfirmed' ? `${needsYes} Nothing was changed.` : undefined;
}

function jsonOf(status: ApplyOutcome['status'], preview: FleetPreview, notes: readonly LineFinding[]) {
  const { changes, willRunOn } = preview;
  const needsYes = yesWanted(preview);
  return {
    status,
    changes,
    will_run_on_hosts: willRunOn,
    notes: notes.map(jsonOfFinding),
    ...(needsYes !== undefined && { error: { code: 'needs_yes', message: needsYes, hosts: willRunOn } }),
  };
}

function yesWanted({ needsYes, willRunOn }: FleetPreview): string | undefined {
  return needsYes === undefined ? undefined : adviseYes(needsYes, willRunOn);
}

function jsonOfFinding({ line, sentence }: LineFinding) {
  return { line, message: sentence };
}
