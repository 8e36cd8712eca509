import { actionNames } from './arguments.ts';

export const help = `remotes-client: runs on each host; registers it, fetches its commands, executes them, sends the results back.

Usage: remotes-client --action=ACTION --settings FILE [more]

Actions
  status            ask the server at --url who it is, and keep its address
  discover          ask where the server's services are, and keep that
  generate_keys     make the host's keys: --private_key FILE --public_key FILE
  host_register     make this host known: --token TOKEN
  host_verify       prove that this host holds its key: --token TOKEN
  new_host          all of the above: --url --token --private_key --public_key
  host_status       ask who the server takes this host for
  commands_list     ask what this host is still to execute
  command_get       fetch and execute one command: --command N
  commands_process  fetch and execute all that are due
  commands_monitor  the same again and again: --interval SECONDS
  run               work for good: commands come as they are given, where the server has a live channel; else they
                    are fetched every --interval seconds (30)
  command_post      kept for v1's sake; does nothing
  trust             pin the server whose signing key has this fingerprint, and speak v1 with it no more: --fingerprint F
  rotate_keys       let a new channel key take the place of this host's

Options
  -S, --settings FILE   the host's settings file
      --url URL         the server's root address
      --token TOKEN     a registration token; - reads it from stdin, @FILE from a file; or set REMOTES_TOKEN
      --private_key FILE, --public_key FILE
      --command N       number of a command
      --interval SECONDS
      --fingerprint F   of the server's signing key, as "remotes-server keys show" says it
  -P, --python PROGRAM  the Python that programs run with
      --force           let new keys replace those of a registered host, or other files; trust: let another server
                        replace the pinned one
      --fail-on-error   commands_process: exit 3 when a command did not succeed
  -V, --version         print the version
  -h, --help            print this

The answers go to stdout as JSON, everything for people to stderr.

Exit codes
  0    done
  1    not done: network, files, a wrong order of steps, an answer that is none
  2    the server refused, or the command line is wrong
  3    commands_process --fail-on-error: a command did not succeed
  4    run: the server will not have this client, as another one has the same keys
  command_get: the program's own; 255 after a time-out; 128 + N after signal N; 127 without its interpreter;
  126 when it could not be started; 1 when it is not this host's command or its result could not be stored

Environment
  REMOTES_TOKEN, REMOTES_TIMEOUT_SECONDS (60), REMOTES_KEY_PASSPHRASE, REMOTES_JOURNAL (a folder, by default
  FILE.journal), HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE
`;

/** Shown for a usage error, beside the sentence. */
export const usage = `usage: remotes-client --action={${actionNames.join(',')}} --settings FILE [more]; --help says more`;
