import { createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonical } from '#domain/json.ts';
import { verifyAudit } from '#src/commands/audit-verify.ts';
import type { AuditStage } from './audit-stage.ts';
import { type Figure, figure } from './figure.ts';

const bench = 'audit verify of a whole log';

/** From the words of the command to its answer, beside the same number of bare verifications on one thread. */
export const benchAudit = async (stage: AuditStage): Promise<readonly Figure[]> => {
  const { entries, environment } = stage;
  const seconds = async (work: () => Promise<void> | void): Promise<number> => {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1_000;
  };
  let answer: Awaited<ReturnType<typeof verifyAudit>> | undefined;
  const product = await seconds(async () => {
    answer = await verifyAudit(['--threads', 'none', '--json'], environment, () => {});
  });
  const said = JSON.parse(answer?.out?.[0] ?? '{}');
  if (answer?.status !== 0 || said.log?.entries !== entries)
    throw new Error(`It was not verified: ${JSON.stringify({ answer, said }).slice(0, 1_000)}`);

  const bare = bareOf(stage);
  const baseline = await seconds(() => {
    for (let number = 0; number < entries; number += 1) {
      const one = bare[number % bare.length];
      if (one === undefined || !verify(null, one.text, one.key, one.signature))
        throw new Error('A signature is not valid');
    }
  });
  return [
    figure(bench, `${entries} entries`, 's', product, { baseline, aim: { of: 'value', most: 10 } }),
    figure(bench, 'entries a second', '/s', entries / product, { baseline: entries / baseline }),
  ];
};

/** What is verified of an entry at the least: nothing is read, parsed or hashed. */
const bareOf = ({ some, environment }: AuditStage) => {
  const trusted = join(environment.HALLPASS_KEYS ?? '', 'trusted');
  const keys = new Map(
    readdirSync(trusted).map((name) => [
      name.replace(/^\w+-|\.pub$/g, ''),
      createPublicKey(readFileSync(join(trusted, name))),
    ]),
  );
  return some.map((line) => {
    const { signature, ...signed } = JSON.parse(line);
    const key = keys.get(signed.key);
    if (key === undefined) throw new Error(`There is no key ${signed.key}`);
    return { text: Buffer.from(canonical(signed)), key, signature: Buffer.from(signature, 'base64url') };
  });
};
