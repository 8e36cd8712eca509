/** Why a run ended as it did, where its state alone does not say: in words, by the reason's code. */
export const runReasons: Readonly<Record<string, string>> = {
  no_report: 'nothing came back in time',
  host_says: 'the host says that it was cut off',
  host_rebooted: 'the host was restarted meanwhile',
  client_ended: 'the client on the host was ended meanwhile',
  journal_lost: 'the host lost its journal',
  never_begun: 'it had not begun when it was no longer wanted',
  recalled: 'by the word of the host after a restore',
  interpreter_missing: 'the host does not have its interpreter',
  result_invalid: 'what it returned is no JSON list',
  journal_full: "the host's journal was full",
  halted: 'too many had failed',
};
