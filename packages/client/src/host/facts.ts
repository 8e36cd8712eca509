import { arch, hostname, release, type } from 'node:os';

/** What this machine says of itself, for people to see. */
export function hostFacts(clientVersion: string) {
  return {
    hostname: hostname().slice(0, 255),
    os: type().slice(0, 100),
    os_release: release().slice(0, 100),
    architecture: arch(),
    client_version: clientVersion,
  };
}
