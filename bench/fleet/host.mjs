// One simulated host: the client's own code, from the connection to the report, with a journal that it shares and, where
// nothing is to be executed, with an outcome that was thought out beforehand.
import { live } from '../../packages/client/dist/agent/live.js';
import { newStanding } from '../../packages/client/dist/agent/sealed-worker.js';
import { openSealedSession } from '../../packages/client/dist/session/sealed-session.js';

/** Works until `finish` is aborted. `pollSeconds`: over HTTP, so often. */
export function runHost({
  context,
  host,
  fingerprint,
  serverId,
  journal,
  signals,
  execute,
  pollSeconds,
  log,
}) {
  const worker = {
    sealed: sessionWhenNeeded(context),
    serverUrl: context.settings.get('server', 'server_url'),
    serverId,
    host,
    fingerprint,
    standing: newStanding(),
    journal,
    pythonPath: undefined,
    say: log,
    ...signals,
    ...(execute && { execute }),
  };
  const current = {
    worker: async () => worker,
    context: () => context,
    hangUp: async () => {},
    close: async () => {},
  };
  return live({
    current,
    hasChannel: async () => pollSeconds === undefined,
    finish: signals.finish,
    intervalSeconds: pollSeconds ?? 30,
    log,
  });
}

/** Over HTTP. It takes an RSA operation to open, which hosts on the live channel never need. */
function sessionWhenNeeded(context) {
  let opening;
  let session;
  return {
    get server() {
      return session.server;
    },
    get channelKey() {
      return session.channelKey;
    },
    serverNowMs: () => session.serverNowMs(),
    handshakes: () => session?.handshakes() ?? 0,
    isLive: () => false,
    async ask(messages, signal) {
      opening ??= openSealedSession(context);
      session = await opening;
      return session.ask(messages, signal);
    },
  };
}
