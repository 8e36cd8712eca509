import { readFileSync } from 'node:fs';

type Exchange<Sent = unknown, Received = unknown> = {
  request: { headers: Record<string, string>; body_json: Sent };
  response: { status: number; body_text: string; body_json: Received };
};

/** Recorded exchanges of a Django Remotes 0.3.2 client and server, and the keys they were made with. */
export const vectors = JSON.parse(
  readFileSync(new URL('../../protocol/test/golden/vectors.json', import.meta.url), 'utf8'),
) as {
  rsa_keys: Record<
    'main' | 'other' | 'small',
    {
      private_pkcs8_pem: string;
      private_pkcs8_encrypted_pem: string;
      private_pkcs8_encrypted_password: string;
      public_spki_pem: string;
    }
  >;
  exchanges: {
    status: Exchange<null, Record<string, unknown>>;
    discover: Exchange<null, { endpoints: Record<string, string> }>;
    register: Exchange<{ public_key: string }, { encrypted: string }> & { expect: { uuid: string } };
    verify: Exchange<{ uuid: string }, { encrypted: string }> & { expect: { token: string } };
    host_status: Exchange;
    commands_list: Exchange;
    command_get: Exchange & { expect: { name: string; stdout: string; stderr: string } };
    command_post: Exchange & {
      expect: { uuid: string; fernet_key: string; output_plaintext: string; result_plaintext: string };
    };
    errors: Record<string, Exchange>;
  };
};
