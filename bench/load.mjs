// Load from a process of its own: wrk, with requests read from a file where each must differ.
import { execFileSync, spawn } from 'node:child_process';

export function hasWrk() {
  try {
    execFileSync('wrk', ['-v'], { stdio: 'ignore' });
    return true;
  } catch (trouble) {
    // wrk answers its version with status 1.
    return trouble.code !== 'ENOENT';
  }
}

/**
 * Requests for `seconds` over 8 connections; `requests` is a file with a request a line: method, path, token and body,
 * apart by tabs. Answers { perSecond, errors, p99Ms }.
 */
export async function load(url, { requests, seconds = 4, isClosing = false, connections = 8 }) {
  const script = new URL('requests.lua', import.meta.url).pathname;
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '-s',
    script,
    url,
    '--',
    requests,
    String(isClosing),
  ];
  const text = await output('wrk', args);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  const non2xx = Number(/Non-2xx or 3xx responses:\s+(\d+)/.exec(text)?.[1] ?? 0);
  const socketErrors = [
    ...(/Socket errors: (.*)/.exec(text)?.[1] ?? '').matchAll(/(connect|write|timeout) (\d+)/g),
  ];
  const errors = non2xx + socketErrors.reduce((sum, [, , count]) => sum + Number(count), 0);
  if (!perSecond) throw new Error(`wrk measured nothing: ${text}`);
  return { perSecond, errors, p99Ms: milliseconds(/99%\s+(\S+)/.exec(text)?.[1]) };
}

function milliseconds(text = '') {
  const value = Number.parseFloat(text);
  if (text.endsWith('us')) return value / 1000;
  return text.endsWith('ms') ? value : value * 1000;
}

function output(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (bytes) => {
      text += bytes;
    });
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(text) : reject(new Error(`${program} ended with ${status}: ${text}`)),
    );
  });
}
