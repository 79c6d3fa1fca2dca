import { App } from '@slack/bolt';
import type { RequestId } from '#domain/ids.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import type { Outcome } from '#local/slack/outcome.ts';
import { demoSeed, hallpassApp } from '#local/slack/seed.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { type Figure, latencies } from './figure.ts';
import { ask, idIn, requester, typed } from './people.ts';
import type { Stage } from './stage.ts';

const bench = 'slash command → acknowledged';

/** What a person waits for after pressing Enter, beside a bare Bolt app that says one word at once. */
export const benchAcknowledge = async (stage: Stage): Promise<readonly Figure[]> => {
  const bare = await startBareApp(stage);
  const count = stage.size(300, 20);
  // A person's usual day: some requests wait, some are theirs.
  const waiting: RequestId[] = [];
  for (let index = 0; index < 8; index += 1)
    waiting.push(await ask(stage, { namespace: stage.namespaces[0] ?? '', object: `waiting-${index}` }, 600));

  const figures: Figure[] = [];
  for (const line of ['/jit help', '/jit list']) {
    const samples = await sideBySide(stage.slack, bare.slack, count, () => line);
    figures.push(...latencies(bench, line, samples.product, samples.baseline));
  }
  const request = (index: number): string =>
    typed({ namespace: stage.namespaces[index % stage.namespaces.length] ?? '', object: `asked-${index}` }, 600);
  const samples = await sideBySide(stage.slack, bare.slack, count, request, async (outcome) => {
    await stage.slack.as(requester).command(`/jit withdraw ${idIn(outcome)}`);
  });
  figures.push(...latencies(bench, '/jit request …', samples.product, samples.baseline));
  for (const id of waiting) await stage.slack.as(requester).command(`/jit withdraw ${id}`);
  await bare.stop();
  return figures;
};

/** A Bolt app on a strict Slack of its own; for a request it also writes one line to the same Redis. */
const startBareApp = async ({ redis }: Stage): Promise<{ slack: Workspace; stop: () => Promise<void> }> => {
  const slack = createWorkspace({ seed: demoSeed(), rates: 'off' });
  const { fetch, receiver } = createInMemoryLink(slack);
  const clientOptions = { slackApiUrl: 'http://slack.local/api/', fetch };
  const app = new App({ token: hallpassApp.token, receiver, clientOptions });
  app.command('/jit', async ({ ack, command }) => {
    if (command.text.startsWith('request')) await redis.rpush('bench:bare', 'x'.repeat(1_000));
    await ack({ response_type: 'ephemeral', text: 'ok' });
  });
  await app.start();
  return {
    slack,
    stop: async () => {
      await app.stop();
      slack.stop();
    },
  };
};

const warmUp = 20;

/** Types a line in both, turn by turn; `after` is not measured. Milliseconds. */
const sideBySide = async (
  product: Workspace,
  baseline: Workspace,
  count: number,
  line: (index: number) => string,
  after: (outcome: Outcome) => Promise<void> = async () => {},
): Promise<{ readonly product: readonly number[]; readonly baseline: readonly number[] }> => {
  const samples = { product: [] as number[], baseline: [] as number[] };
  for (let index = 0; index < count + warmUp; index += 1) {
    const one = await timed(product, line(index));
    await after(one.outcome);
    const other = await timed(baseline, line(index));
    if (index < warmUp) continue;
    samples.product.push(one.milliseconds);
    samples.baseline.push(other.milliseconds);
  }
  return samples;
};

const timed = async (slack: Workspace, line: string): Promise<{ outcome: Outcome; milliseconds: number }> => {
  const started = performance.now();
  const outcome = await slack.as(requester).command(line);
  const milliseconds = performance.now() - started;
  if (outcome.status !== 'acknowledged') throw new Error(`${line}: ${outcome.status} ${outcome.message ?? ''}`);
  return { outcome, milliseconds };
};
