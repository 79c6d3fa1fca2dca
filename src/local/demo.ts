import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createPageHandler } from '#local/page/page.ts';
import { startNodeStandIn } from '#local/parts/node-stand-in.ts';
import { keepIn } from '#local/slack/keep.ts';
import { createPageRoutes } from '#local/slack/page-routes.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { startWorker } from '#src/worker.ts';
import { startStand } from './stand.ts';
import { overHttp } from './ways-in.ts';

const usage = 'npm run demo [-- --fresh] [-- --port=<port>]';
const words = process.argv.slice(2);
const portWord = words.find((word) => word.startsWith('--port='));
const port = portWord === undefined ? 3100 : Number(portWord.slice('--port='.length));
const unknown = words.filter((word) => word !== '--fresh' && word !== portWord);
if (unknown.length > 0 || !Number.isInteger(port) || port < 1 || port > 65_535) {
  process.stderr.write(`"${words.join(' ')}" is not understood. Usage: ${usage}\n`);
  process.exit(2);
}

const folder = resolve('.hallpass');
if (words.includes('--fresh') && existsSync(folder)) rmSync(folder, { recursive: true });

const stand = await startStand({
  folder,
  controllerManager: true,
  say: (line) => void process.stdout.write(`${line}\n`),
});
const node = startNodeStandIn({ url: stand.plane.url, caPem: stand.plane.caPem, token: stand.plane.adminToken });
const workspace = createWorkspace();
const keep = keepIn(join(folder, 'slack'), workspace);
const way = await overHttp(workspace, {
  port,
  routes: [createPageRoutes(workspace, { serveStatic: createPageHandler() })],
});
const worker = await startWorker(stand.config('worker'));
if (!worker.ok) throw new Error(worker.error.join('\n'));
const bot = await way.startBot((slack) => stand.config('bot', slack));
worker.value.tellThrough(bot.tell);

process.stdout.write(`
Hallpass is running, with a Slack workspace, Redis and Kubernetes ${stand.plane.version} of its own.

  1. Open      ${way.url}
  2. As Alice  type   /jit   or   /jit request access ingress-edit shop-payments/ledger for 5m because checkout 502s
  3. As Bob (platform) and as Dan (security) click Approve on the card in #approvals
  4. Try it    kubectl --kubeconfig ${join('.hallpass', 'requester.kubeconfig')} -n shop-payments get ingress ledger

  People       ${['requester', 'approver-one', 'approver-two', 'outsider'].map((name) => join('.hallpass', `${name}.kubeconfig`)).join('  ')}
  Admin        ${join('.hallpass', 'kubeconfig')}
  Start over   npm run demo -- --fresh
  End          Ctrl-C
`);

const stop = async (): Promise<void> => {
  await bot.stop();
  await worker.value.stop();
  await node.stop();
  keep();
  await way.stop();
  await stand.stop();
  process.exit(0);
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
