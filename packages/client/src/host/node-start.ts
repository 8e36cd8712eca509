/** The files that a Node program finds in its run's folder. `start` is what the interpreter is told to run. */
export const nodeFiles = {
  start: 'start.cjs',
  inputs: 'inputs.json',
  program: 'command.js',
  result: 'result.json',
} as const;

/**
 * Runs the program with its three names as globals, and writes the result at exit. The program is a function body that
 * may await; `require` looks where `node -e` would, from the working directory.
 */
export const nodeStart = `\
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const folder = __dirname;
const read = (name) => readFileSync(join(folder, name), 'utf8');

const { settings, variables } = JSON.parse(read('${nodeFiles.inputs}'));
Object.assign(globalThis, { __SETTINGS__: settings, __VARIABLES__: variables, __RESULT__: '' });

let isSettled = false;
let isBroken = false;
process.on('uncaughtExceptionMonitor', () => {
  isBroken = process.listenerCount('uncaughtException') === 0;
});
process.on('beforeExit', () => {
  if (isSettled) return;
  isBroken = true;
  process.stderr.write('The program awaits something that will never happen.\\n');
  process.exitCode = 13;
});
process.on('exit', () => {
  if (isBroken) return;
  try {
    const result = globalThis.__RESULT__;
    writeFileSync(join(folder, '${nodeFiles.result}'), JSON.stringify(Array.isArray(result) ? result : [result], null, 2));
  } catch (error) {
    process.stderr.write('__RESULT__ cannot be sent as JSON: ' + (error && error.message) + '\\n');
    process.exitCode ||= 1;
  }
});

module.filename = join(cwd(), '[command]');
module.paths = module.constructor._nodeModulePaths(cwd());
// On one line with the program's first, so that line numbers are the program's.
const source = read('${nodeFiles.program}').replace(/^#!/, '//');
module._compile('return (async () => {' + source + '\\n})()', module.filename).finally(() => {
  isSettled = true;
});

function cwd() {
  try {
    return process.cwd();
  } catch {
    return folder;
  }
}
`;
