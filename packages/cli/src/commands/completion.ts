import type { CommandShape, Given } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { write } from '../screen/write.ts';
import { usageTrouble } from '../trouble.ts';

/** Names are other people's: each goes onto the command line quoted, so that none is taken for a command of the shell. */
const shells: Readonly<Record<string, string>> = {
  bash: `_remotes() {
  local found quoted
  COMPREPLY=()
  while IFS= read -r found; do
    printf -v quoted '%q' "$found"
    COMPREPLY+=("$quoted")
  done < <(remotes complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _remotes remotes
`,
  zsh: `#compdef remotes
_remotes() {
  local -a words_found
  words_found=("\${(@f)$(remotes complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${words_found[1]}" ]]; then compadd -- "\${words_found[@]}"; else _files; fi
}
compdef _remotes remotes
`,
  fish: `complete -c remotes -a '(remotes complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};

export const completion: CommandShape = {
  name: 'completion',
  help: `Usage: remotes completion bash|zsh|fish

Prints what makes your shell complete commands, options, and names of hosts, groups and commands, which the server is asked for.

Examples:
  source <(remotes completion bash)                 # in ~/.bashrc
  source <(remotes completion zsh)                  # in ~/.zshrc, after compinit
  remotes completion fish > ~/.config/fish/completions/remotes.fish`,
  actions: { '': { takes: ['SHELL'], run: print } },
};

async function print({ words }: Given): Promise<number> {
  const script = shells[words[0] ?? ''];
  if (script === undefined)
    throw usageTrouble(`It knows ${Object.keys(shells).join(', ')}, not "${words[0]}".`);
  await write(script);
  return exitStatus.done;
}
