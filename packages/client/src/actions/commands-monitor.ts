import { trouble } from '../trouble.ts';

export async function monitorCommands(): Promise<number> {
  throw trouble('usage', 'not yet');
}
