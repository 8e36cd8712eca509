import { Agent, type IncomingHttpHeaders, request } from 'node:http';

type Question = {
  readonly method?: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; a text or bytes as they are. */
  readonly body?: object | string | Buffer | undefined;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body; undefined when it is no JSON object. */
  // biome-ignore lint/suspicious/noExplicitAny: whoever asks knows what to expect
  readonly json: any;
};

export type Wire = {
  ask(question: Question): Promise<Answer>;
  close(): void;
};

/** Asks a server at its lowest: nothing is followed, nothing sent again, every status is an answer. */
export function openWire(url: string, { keepAlive = false, connections = 64 } = {}): Wire {
  const agent = new Agent({ keepAlive, maxSockets: connections });
  return {
    ask: (question) => askOnce(url, agent, question),
    close: () => agent.destroy(),
  };
}

function askOnce(url: string, agent: Agent, { method = 'GET', path, token, headers, body }: Question) {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : body && JSON.stringify(body);
  const { hostname, port } = new URL(url);
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(
      {
        hostname,
        port,
        method,
        path,
        agent,
        headers: {
          ...(token === undefined ? {} : { Authorization: `Token ${token}` }),
          ...(bytes === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(bytes) }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => {
          text += part;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: readObject(text),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(bytes);
  });
}

function readObject(text: string): object | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
