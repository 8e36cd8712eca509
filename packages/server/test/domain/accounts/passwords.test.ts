import { describe, expect, test } from 'vitest';
import { hashPassword, matchesPassword } from '../../../src/domain/accounts/password-hash.ts';
import { refusalOfPassword } from '../../../src/domain/accounts/password-rules.ts';
import { createPasswords, passwordCostLog2 } from '../../../src/domain/accounts/passwords.ts';
import { passwordStrength } from '../../../src/password-strength.ts';

const strength = async () => 4;

describe('passwords', () => {
  test('are kept as scrypt hashes of their own salt, at the cost that was asked for', async () => {
    const [one, other] = [await hashPassword('secret', 4), await hashPassword('secret', 4)];
    expect(one).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await matchesPassword('secret', one)).toBe(true);
    expect(await matchesPassword('Secret', one)).toBe(false);
    expect(passwordCostLog2).toBe(17);
  });

  test('are the same however their letters are composed', async () => {
    expect(await matchesPassword('cafe\u0301', await hashPassword('caf\u00e9', 4))).toBe(true);
  });

  test('are read from the known answer of RFC 7914', async () => {
    // Section 12, the second one: its first 32 bytes.
    const salt = Buffer.from('NaCl').toString('base64').replace(/=+$/, '');
    const hash = Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162', 'hex');
    const stored = `$scrypt$ln=10,r=8,p=16$${salt}$${hash.toString('base64').replace(/=+$/, '')}`;
    expect(await matchesPassword('password', stored)).toBe(true);
  });

  test('take as much work where there is none, which never matches', async () => {
    const passwords = createPasswords({ costLog2: 15, strength });
    const stored = await passwords.hash('right');
    await passwords.isRight('', null);
    /** Of all threads: unlike the time on the clock it does not depend on what else the machine does. */
    const work = async (hash: string | null) => {
      const before = process.cpuUsage();
      for (const password of ['wrong', 'Right', '']) {
        expect(await passwords.isRight(password, hash)).toBe(false);
      }
      return process.cpuUsage(before).user;
    };
    const [none, some] = [await work(null), await work(stored)];
    expect(none).toBeGreaterThan(some / 2);
    expect(some).toBeGreaterThan(none / 2);
  });

  test('are looked at two at a time; whoever finds no room to wait is told so', async () => {
    const passwords = createPasswords({ costLog2: 10, strength });
    const asked = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('x')));
    const refused = asked.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(60 - 2 - 40);
    expect(refused[0]).toMatchObject({ reason: { refused: 'unavailable' } });
    await passwords.hash('x');
  });

  test('that are short, the name, or soon guessed are refused', async () => {
    const passwords = createPasswords({ costLog2: 4, strength: passwordStrength });
    const code = async (password: string) =>
      (await refusalOfPassword(passwords, password, 'ada lovelace'))?.problem;
    const answers = await Promise.all(
      ['elevenchars', 'Ada Lovelace 1', 'correcthorsebatterystaple', 'qwertyuiop[]', 'aaaaaaaaaaaaaaaa'].map(
        code,
      ),
    );
    expect(answers).toEqual(['weak_password', 'weak_password', undefined, 'weak_password', 'weak_password']);
    expect(await code('seven red boats sail at dawn')).toBeUndefined();
  });
});
