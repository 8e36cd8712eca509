import { describe, expect, test } from 'vitest';
import { fernetKeyOfUuid, openFernet, readFernetKey } from '../../src/crypto/fernet.ts';
import {
  decryptOaep,
  readRsaPrivateKey,
  readRsaPublicKey,
  rsaFingerprint,
  verifyPss,
} from '../../src/crypto/rsa.ts';
import { vectors } from '../golden/vectors.ts';

const { register, verify, command_get: get, command_post: post, errors } = vectors.exchanges;
const privateKey = readRsaPrivateKey(vectors.rsa_keys.main.private_pkcs8_pem)!;
const sentKey = readRsaPublicKey(register.request.body_json.public_key)!;

describe('the recorded conversation of a v1 client and a v1 server', () => {
  test('host_register: the host sends its public key, and the answer holds its uuid', () => {
    expect(rsaFingerprint(sentKey)).toBe(rsaFingerprint(privateKey));
    expect(decryptOaep(privateKey, register.response.body_json.encrypted)).toBe(register.expect.uuid);
  });

  test('host_verify: the host signs OK, and the answer holds its token', () => {
    expect(verify.request.body_json.uuid).toBe(register.expect.uuid);
    expect(verifyPss(sentKey, 'OK', verify.request.body_json.encrypted)).toBe(true);
    expect(decryptOaep(privateKey, verify.response.body_json.encrypted)).toBe(verify.expect.token);
  });

  test('host_verify: the signature that the server refused is not valid', () => {
    expect(verifyPss(sentKey, 'OK', errors['verify bad signature'].request.body_json.encrypted)).toBe(false);
  });

  test('command_get: the one-time key opens each field', () => {
    const { name, settings, variables, command, encryption_key } = get.response.body_json;
    const keyText = decryptOaep(privateKey, encryption_key)!;
    expect(keyText).toBe(get.expect.fernet_key);
    const open = (token: string | null) =>
      token === null ? null : openFernet(readFernetKey(keyText)!, token)!.toString();
    const openAll = (fields: Record<string, string | null>) =>
      Object.fromEntries(Object.entries(fields).map(([key, token]) => [key, open(token)]));
    expect(open(name)).toBe(get.expect.name);
    expect(openAll(settings)).toEqual(get.expect.settings);
    expect(openAll(variables)).toEqual(get.expect.variables);
    expect(open(command)).toBe(get.expect.command);
  });

  test("command_post: output and result open with the key of the host's uuid", () => {
    const open = (token: string) => openFernet(fernetKeyOfUuid(post.expect.uuid), token)?.toString();
    expect(post.expect.uuid).toBe(register.expect.uuid);
    expect(open(post.request.body_json.output)).toBe(post.expect.output_plaintext);
    expect(open(post.request.body_json.result)).toBe(post.expect.result_plaintext);
    expect(openFernet(readFernetKey(post.expect.fernet_key)!, post.request.body_json.output)).toBeDefined();
  });
});
