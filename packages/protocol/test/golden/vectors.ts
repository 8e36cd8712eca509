import { readFileSync } from 'node:fs';

type RsaKey = {
  bits: number;
  public_exponent: number;
  private_pkcs8_pem: string;
  private_pkcs1_pem: string;
  public_spki_pem: string;
  public_pkcs1_pem: string;
  public_spki_der_sha256_hex: string;
  private_pkcs8_encrypted_pem?: string;
  private_pkcs8_encrypted_password?: string;
};
type KeyName = 'main' | 'other' | 'small';
type FernetToken = { plaintext: string; time: number | string | null; iv_hex: string | null; token: string };
type FernetRefusal = { name: string; key: string; token: string };

/** Ciphertexts, signatures and recorded exchanges of a Django Remotes 0.3.2 client and server. Added to, never edited. */
export const vectors = JSON.parse(readFileSync(new URL('./vectors.json', import.meta.url), 'utf8')) as {
  rsa_keys: Record<KeyName, RsaKey>;
  rsa_oaep: { name: string; key: KeyName; plaintext: string; ciphertext_base64: string }[];
  rsa_oaep_invalid: { name: string; key: KeyName; ciphertext_base64: string }[];
  rsa_oaep_too_long: { key: KeyName; longest_plaintext_bytes: number };
  rsa_pss: { name: string; key: KeyName; text: string; signature_base64: string; valid: boolean }[];
  fernet: (FernetToken & {
    name: string;
    key: string;
    plaintext_bytes: number;
    plaintext_sha256_hex: string;
  })[];
  fernet_invalid: FernetRefusal[];
  fernet_lenient: (FernetRefusal & { python_plaintext: string })[];
  fernet_invalid_keys: { name: string; key: string; python_accepts: boolean }[];
  uuid_keys: { uuid: string; fernet_key: string; tokens: FernetToken[] }[];
  exchanges: {
    register: { request: Sent<{ public_key: string }>; response: Sent<Encrypted>; expect: { uuid: string } };
    verify: {
      request: Sent<Encrypted & { uuid: string }>;
      response: Sent<Encrypted>;
      expect: { token: string };
    };
    command_get: { response: Sent<GetAnswer>; expect: GetExpected };
    command_post: {
      request: Sent<{ output: string; result: string }>;
      expect: { uuid: string; fernet_key: string; output_plaintext: string; result_plaintext: string };
    };
    errors: { 'verify bad signature': { request: Sent<Encrypted> } };
  };
};

type Sent<Body> = { body_json: Body };
type Encrypted = { encrypted: string };
type GetFields = {
  name: string;
  settings: Record<string, string>;
  variables: Record<string, string | null>;
  command: string;
};
type GetAnswer = GetFields & { encryption_key: string };
type GetExpected = GetFields & { fernet_key: string; stderr: string };
