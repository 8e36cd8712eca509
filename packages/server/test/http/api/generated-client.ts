import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openApiDocument } from '@remotes/protocol/operators/openapi';
import { onTestFinished } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: its types are generated with it
type Answer = { status: number; data: any };
type Client = { call(operation: string, ...args: readonly unknown[]): Promise<Answer> };

const root = fileURLToPath(new URL('../../../../../', import.meta.url));

/** The client that an ordinary generator makes from the document, asking the server at this address. */
export async function generateClient(baseUrl: string, token: string): Promise<Client> {
  // Within the repository, so that the generated code finds the library that it stands on.
  const folder = await mkdtemp(join(root, '.generated-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const document = join(folder, 'openapi.json');
  await writeFile(document, JSON.stringify(openApiDocument()));
  const generator = join(root, 'node_modules/.bin/oazapfts');
  const { stdout } = await promisify(execFile)(generator, [document], { maxBuffer: 16 * 1024 * 1024 });
  const file = join(folder, 'client.mjs');
  await writeFile(file, stripTypeScriptTypes(stdout));
  const made = await import(pathToFileURL(file).href);
  made.defaults.baseUrl = baseUrl;
  made.defaults.headers = { authorization: `Bearer ${token}` };
  return { call: (operation, ...args) => made[operation](...args) };
}
