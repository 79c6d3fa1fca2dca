import { ok, type Result } from '#domain/result.ts';
import type { Clock } from '#use-cases/ports.ts';
import type { Certificate } from './certificates.ts';
import { readPair } from './pair-files.ts';

export type CertificateSource = {
  /** Changes with `refresh` only. */
  readonly current: () => Certificate;
  /** True when `current` is another one now. `err` says what is wrong with what is there; `current` stays then. */
  readonly refresh: () => Promise<Result<boolean, string>>;
};

export type OwnCertificateOptions = {
  /** By which the server is called: DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly validFor: Temporal.Duration;
};

/** Makes certificates, each under an authority of its own; the next one when two thirds of a life are over. */
export const ownCertificate = async ({ names, clock, validFor }: OwnCertificateOptions): Promise<CertificateSource> => {
  // Who mounts a certificate does not pay for the library, nor for what it does to the global `Reflect`.
  const { makeCertificate } = await import('./certificates.ts');
  const thirdOfLife = { seconds: Math.floor(validFor.total('seconds') / 3) };
  let current = await makeCertificate({ names, validFor, now: await clock.now() });
  return {
    current: () => current,
    refresh: async () => {
      const now = await clock.now();
      if (Temporal.Instant.compare(now, current.notAfter.subtract(thirdOfLife)) < 0) return ok(false);
      current = await makeCertificate({ names, validFor, now });
      return ok(true);
    },
  };
};

/**
 * Reads `tls.crt`, `tls.key` and, where it is there and not empty, `ca.crt` of a folder, as a mounted Secret has them.
 * Only a pair that can be used now is taken; until there is one, the last one stays.
 */
export const mountedCertificate = async (folder: string, clock: Clock): Promise<Result<CertificateSource, string>> => {
  const read = async (): Promise<Result<Certificate, string>> => {
    const now = await clock.now();
    const first = await readPair(folder, now);
    // Kubernetes swaps all files at once, but they are read one by one: half of each is no pair, and is so only once.
    return first.ok ? first : readPair(folder, now);
  };
  const found = await read();
  if (!found.ok) return found;
  let current = found.value;
  return ok({
    current: () => current,
    refresh: async () => {
      const next = await read();
      if (!next.ok) return next;
      const { cert, key, ca } = next.value;
      if (cert === current.cert && key === current.key && ca === current.ca) return ok(false);
      current = next.value;
      return ok(true);
    },
  });
};
