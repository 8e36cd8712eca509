import { allowV1, changeGroup, changeStanding, removeHosts, renameHost } from './hosts-change.ts';
import { listHosts } from './hosts-list.ts';
import { localCommand } from './local-command.ts';

const agreeing = { yes: { type: 'string' } } as const;

/** `remotes-server hosts`: shows and changes who the hosts are and what groups they belong to. */
export const hosts = localCommand({
  name: 'hosts',
  help: `Usage: remotes-server hosts [list]
       remotes-server hosts approve|disable|enable HOST… [--yes N]
       remotes-server hosts group GROUP HOST… [--yes N]
       remotes-server hosts ungroup GROUP HOST…
       remotes-server hosts rename HOST NAME
       remotes-server hosts remove HOST… [--yes N]
       remotes-server hosts allow-v1 HOST…

HOST is a name, an id or a uuid. A change is made for all hosts that it names, or for none.

  list      every host: its state and groups, when it was last seen, by which protocol it is served (v1 or sealed), and
            what is not offered to it and why
  approve   lets in hosts that wait for approval
  disable   shuts hosts out: their tokens stop working at once
  enable    lets disabled hosts go on where they were
  group     puts hosts into a hosts group; they run the commands that are meant for it
  ungroup   takes hosts out of a hosts group, and with it from them what they have not run yet
  rename    gives a host another name
  remove    forgets hosts, with their runs, output and values
  allow-v1  forgets the channel keys by which hosts have proved themselves: v1 clients are served for them again, until
            they enrol a key anew (remotes-client --action=trust)

  --yes N              agree that commands will run on N hosts, or that N hosts are removed; the number must be the
                       very one. Asked for above the setting confirm_above_hosts (10), and where past runs would be lost
  --json               for programs
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server hosts approve 000003 000004
  remotes-server hosts rename 3 web1
  remotes-server hosts group web web1 web2`,
  actions: {
    '': { run: listHosts },
    list: { run: listHosts },
    approve: { takes: ['HOST…'], options: agreeing, run: (given) => changeStanding(given, 'approve') },
    disable: { takes: ['HOST…'], run: (given) => changeStanding(given, 'disable') },
    enable: { takes: ['HOST…'], options: agreeing, run: (given) => changeStanding(given, 'enable') },
    group: { takes: ['GROUP', 'HOST…'], options: agreeing, run: (given) => changeGroup(given, 'group') },
    ungroup: { takes: ['GROUP', 'HOST…'], run: (given) => changeGroup(given, 'ungroup') },
    rename: { takes: ['HOST', 'NAME'], run: renameHost },
    'allow-v1': { takes: ['HOST…'], run: allowV1 },
    remove: { takes: ['HOST…'], options: agreeing, run: removeHosts },
  },
});
