import { type Pass, passOnce } from './pass.ts';
import { type RunReport, runCommand } from './run-command.ts';
import { type Settled, settle } from './settle.ts';
import type { Worker } from './worker.ts';

// The deeds of a worker by the protocol that it speaks. What the sealed one needs is loaded with it: a host on v1 pays nothing.

export async function passByProtocol(
  worker: Worker,
  onReport: (report: RunReport) => void = () => {},
): Promise<Pass> {
  if (!('sealed' in worker)) return passOnce(worker, onReport);
  return (await import('./sealed-pass.ts')).passSealed(worker, onReport);
}

export async function settleByProtocol(worker: Worker): Promise<Settled[]> {
  if (!('sealed' in worker)) return settle(worker);
  return (await import('./sealed-pass.ts')).settleSealed(worker);
}

export async function runByProtocol(worker: Worker, commandId: number): Promise<RunReport> {
  if (!('sealed' in worker)) return runCommand(worker, commandId);
  return (await import('./sealed-pass.ts')).runSealed(worker, commandId);
}
