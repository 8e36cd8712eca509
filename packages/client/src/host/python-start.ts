/** The files that a Python program finds in its run's folder. `start` is what the interpreter is told to run. */
export const pythonFiles = {
  // None of these names can be imported: they stand in front of every module.
  start: 'start',
  inputs: 'inputs',
  program: 'remotes-command.py',
  result: 'result.json',
} as const;

/**
 * Runs the program as `__main__` with its three names, and writes the result. It must parse in Python 2, to be able to
 * hand over to Python 3, and leave nothing of its own among the program's names. Where a program starts processes that
 * import `__main__` anew, this file is run again there, as `__mp_main__`.
 */
export const pythonStart = `\
import sys


def _start():
    import os

    if sys.version_info < (3,):
        try:
            os.execvp('python3', ['python3'] + sys.argv)
        except OSError:
            sys.exit('This program needs Python 3; found was only Python ' + sys.version.split()[0] + '.')

    main = globals()
    del main['_start']
    start = sys._getframe().f_code.co_filename
    folder = os.path.dirname(os.path.abspath(start))
    path = os.path.join(folder, '${pythonFiles.program}')

    def read(name):
        with open(os.path.join(folder, name), 'rb') as file:
            return file.read().decode('utf-8')

    main['__SETTINGS__'], main['__VARIABLES__'] = eval(read('${pythonFiles.inputs}'), {})
    main['__RESULT__'] = ''
    source = read('${pythonFiles.program}')
    if main['__name__'] != '__main__':
        exec(compile(source, path, 'exec', 0, True), main)
        return

    def speak_utf8(name, errors):
        stream = getattr(sys, name)
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(encoding='utf-8', errors=errors, line_buffering=True)
        elif stream is not None:
            import io
            stream = io.TextIOWrapper(stream.detach(), 'utf-8', errors, line_buffering=True)
            setattr(sys, name, stream)
            setattr(sys, '__' + name + '__', stream)

    def show(kind, error, trace):
        import traceback
        while trace is not None and trace.tb_frame.f_code.co_filename == start:
            trace = trace.tb_next
        text = ''.join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text.replace(path, '<command>'))

    def save():
        result = main.get('__RESULT__', '')
        text = '[\\n  ""\\n]'
        try:
            if type(result) is not str or result != '':
                import json
                if hasattr(sys, 'set_int_max_str_digits'):
                    sys.set_int_max_str_digits(0)
                text = json.dumps(result if isinstance(result, list) else [result], indent=2)
            with open(os.path.join(folder, '${pythonFiles.result}'), 'w', encoding='ascii') as file:
                file.write(text)
            return True
        except Exception as error:
            sys.stderr.write('__RESULT__ cannot be sent as JSON: ' + str(error) + '\\n')
            return False

    if 'PYTHONIOENCODING' not in os.environ:
        speak_utf8('stdout', 'surrogateescape')
        speak_utf8('stderr', 'backslashreplace')
    sys.excepthook = show
    try:
        exec(compile(source, path, 'exec', 0, True), main)
    except SystemExit as ending:
        if not save() and not ending.code:
            ending.code = 1
        raise
    if not save():
        sys.exit(1)


_start()
`;

/** Settings and variables as Python writes a pair of dictionaries: reading it needs no module, so starts are quicker. */
export function pythonInputs(
  settings: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string | null>>,
): string {
  return `(${dictionary(settings)}, ${dictionary(variables)})`;
}

function dictionary(values: Readonly<Record<string, string | null>>): string {
  // A JSON string is a Python string with the same meaning.
  const pairs = Object.entries(values).map(
    ([name, value]) => `${JSON.stringify(name)}: ${value === null ? 'None' : JSON.stringify(value)}`,
  );
  return `{${pairs.join(', ')}}`;
}
