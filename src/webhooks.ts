import { readFile } from 'node:fs/promises';
import { readWebhooksFile } from '#adapters/files/webhooks-file.ts';
import { parseSigningKeys, type SigningKey } from '#adapters/http/standard-webhook.ts';
import type { Destination } from '#domain/outgoing/destination.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Config } from './config.ts';

/** A destination with the text of its authority; its keys are read when something is signed. */
export type ReadyDestination = { readonly destination: Destination; readonly ca: string | undefined };
export type Webhooks = { readonly source: string; readonly ready: readonly ReadyDestination[] };

/** Reads where events go, with every problem of the file and of what it names. */
export const readWebhooks = async ({
  webhooks: path,
}: Pick<Config, 'webhooks'>): Promise<Result<Webhooks, readonly string[]>> => {
  if (path === undefined) return ok({ source: '', ready: [] });
  const read = await readWebhooksFile(path);
  if (!read.ok) return read;
  const { source, destinations } = read.value;
  const looked = await Promise.all(
    destinations.map(async (destination) => {
      const [keys, ca] = await Promise.all([readSigningKeys(destination), readCa(destination)]);
      const problems = [keys, ca].flatMap((one) =>
        one.ok ? [] : [`${path}: webhook "${destination.name}": ${one.error}`],
      );
      return { destination, ca: ca.ok ? ca.value : undefined, problems };
    }),
  );
  const problems = looked.flatMap((one) => one.problems);
  return problems.length > 0 ? err(problems) : ok({ source, ready: looked.map(({ problems: _, ...one }) => one) });
};

/** The keys that a destination's messages are signed with now. */
export const readSigningKeys = async ({
  signingKeyFile: path,
}: Pick<Destination, 'signingKeyFile'>): Promise<Result<readonly SigningKey[], string>> => {
  const text = await readText(path);
  if (!text.ok) return err(`signing key file ${text.error}`);
  const keys = parseSigningKeys(text.value);
  return keys.ok ? keys : err(`signing key file "${path}" ${keys.error}`);
};

const readCa = async ({ caFile: path }: Pick<Destination, 'caFile'>): Promise<Result<string | undefined, string>> => {
  if (path === undefined) return ok(undefined);
  const text = await readText(path);
  if (!text.ok) return err(`authority file ${text.error}`);
  return text.value.includes('-----BEGIN CERTIFICATE-----')
    ? text
    : err(`authority file "${path}" holds no certificate in PEM. Put the authority's there.`);
};

const readText = async (path: string): Promise<Result<string, string>> => {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return err(`"${path}" cannot be read (${why}). Correct the path, or who may read it.`);
  }
};
