import type { Interpreter } from '@remotes/protocol/values/interpreter';

/**
 * The text to hand to a v1 host, which knows Python alone: Python as it is, a shell program inside a small Python
 * program that passes its output and its exit through.
 */
export function wrapForV1(interpreter: Interpreter, program: string): string {
  if (interpreter === 'python') return program;
  if (interpreter !== 'sh' && interpreter !== 'bash') throw new Error(`${interpreter} does not run on v1.`);
  // A JSON string is also a Python string literal.
  // The program goes in last: it may hold the other mark.
  return wrapper
    .replaceAll('@SHELL@', `'${interpreter}'`)
    .replace('@PROGRAM@', () => JSON.stringify(program));
}

/**
 * The program stands in a file, not among the arguments, so that no process list shows it. SIGTERM leaves through
 * `finally`, so that a run which is stopped leaves nothing behind.
 */
const wrapper = `import json, os, re, shutil, signal, subprocess, tempfile

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
folder = tempfile.mkdtemp(prefix='remotes-')
try:
    program, inputs, result = (os.path.join(folder, name) for name in ('program', 'inputs.json', 'result.json'))
    with open(program, 'w', encoding='utf-8', newline='') as file:
        file.write(@PROGRAM@)
    with open(inputs, 'w', encoding='utf-8') as file:
        json.dump({'settings': __SETTINGS__, 'variables': __VARIABLES__}, file)
    environment = dict(os.environ, REMOTES_INPUTS=inputs, REMOTES_RESULT=result)
    for kind, values in (('SETTING', __SETTINGS__), ('VARIABLE', __VARIABLES__)):
        for name, value in values.items():
            if value is not None:
                key = 'REMOTES_%s_%s' % (kind, re.sub('[^A-Za-z0-9]', '_', name).upper())
                environment[key] = value.replace('\\0', '')
    try:
        code = subprocess.call([@SHELL@, program], stdin=subprocess.DEVNULL, env=environment)
    except OSError as trouble:
        sys.exit('%s could not be started: %s' % (@SHELL@, trouble.strerror))
    if code != 0:
        sys.stderr.write('exit status %d\\n' % code if code > 0 else 'ended by signal %d\\n' % -code)
        sys.exit(code if code > 0 else 128 - code)
    if os.path.exists(result):
        try:
            with open(result, encoding='utf-8') as file:
                __RESULT__ = json.load(file)
        except ValueError as trouble:
            sys.exit('The result is not JSON: %s' % trouble)
finally:
    shutil.rmtree(folder, ignore_errors=True)
`;
