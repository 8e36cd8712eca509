import type { Logger } from 'pino';
import type { Mind } from '../domain/mind.ts';
import type { ApiCall } from './api/api-call.ts';
import type { ApiLimits } from './api/api-limits.ts';
import type { Connections } from './connections.ts';
import type { LiveChannel } from './live-channel.ts';
import type { RegistrationLimits } from './registration-limits.ts';

/** `route` is the path as the contract has it, so that there are as many as the contract has. */
export type MeasureRequest = (answered: {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}) => void;

/** What the HTTP door is handed by `app.ts`. */
export type HttpOptions = {
  readonly mind: Mind;
  readonly log: Logger;
  readonly host: string;
  readonly port: number;
  /** Lets several processes listen on one port. */
  readonly reusePort: boolean;
  /** PEM texts; without them the door speaks plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Whether a proxy in front names the caller: only then are the X-Forwarded headers believed. */
  readonly trustProxy: boolean;
  /** The bundled client that hosts download. */
  readonly clientFile: string;
  readonly bodyLimitBytes: number;
  readonly headersTimeoutSeconds: number;
  /** Headers and body together. */
  readonly requestTimeoutSeconds: number;
  readonly keepAliveTimeoutSeconds: number;
  readonly maxConnections: number;
  /** Whether operators may speak plain HTTP from other machines. */
  readonly insecureHttp: boolean;
  /** A minute, of one operator or token. */
  readonly requestsPerOperator: number;
  /** A minute, of one address: wrong passwords and tokens. */
  readonly failedSignInsPerAddress: number;
  /** Takes over connections that stay; without it there are none. */
  readonly channel?: LiveChannel | undefined;
  /** Told of every request that is answered. */
  readonly measureRequest?: MeasureRequest | undefined;
  /** Whether answers to operators are checked against the contract, as tests do. */
  readonly checksAnswers?: boolean;
  /** What operators may ask: the contract, where nothing else is said. */
  readonly apiCalls?: readonly ApiCall[];
  /** How long `stop` waits for what is under way (20). */
  readonly stopTimeoutSeconds?: number;
};

/** What every file behind the door works with. */
export type Door = Pick<
  HttpOptions,
  'mind' | 'log' | 'trustProxy' | 'clientFile' | 'insecureHttp' | 'measureRequest' | 'checksAnswers'
> & {
  readonly connections: Connections;
  readonly registrationLimits: RegistrationLimits;
  readonly apiLimits: ApiLimits;
  readonly state: { isStopping: boolean };
  /** Aborted when the server stops: what would go on for ever ends. */
  readonly stopping: AbortSignal;
};
