import { appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { claim } from '#local/demo/claim.ts';
import { examples } from '#local/demo/examples.ts';
import { startDemo } from '#local/demo/start.ts';
import { inFull, inOneLine } from '#local/demo/told.ts';
import { commandFor, readWords, sayPeople } from '#local/demo/words.ts';

const place = '.hallpass';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const refuse: (why: string, code: number) => never = (why, code) => {
  process.stderr.write(`${why}\n`);
  process.exit(code);
};

const wish = readWords(process.argv.slice(2));
if (typeof wish === 'string') refuse(wish, 2);
const { port } = wish;

const lock = await claim(resolve(place), wish).catch((fault: unknown) => inOneLine(fault));
if (typeof lock === 'string') refuse(lock, 1);
process.once('exit', lock.release);

const note = (fault: unknown): void =>
  appendFileSync(join(place, 'demo.log'), `${Temporal.Now.instant()} ${inFull(fault)}\n`, { mode: 0o600 });

const ends: (() => Promise<void> | void)[] = [];
let stoppingSince: number | undefined;

/** Ends what runs, last first; what cannot be ended keeps nothing else from it. */
const endAll = async (): Promise<void> => {
  stoppingSince = performance.now();
  for (const end of ends.splice(0).toReversed())
    try {
      await end();
    } catch (fault) {
      note(fault);
    }
};

const stop = async (): Promise<void> => {
  // npm passes on a Ctrl-C that the terminal has sent here already. A later one is a person who will not wait.
  if (stoppingSince !== undefined && performance.now() - stoppingSince < 1_000) return;
  if (stoppingSince === undefined) await endAll();
  say(`\nStopped. ${commandFor(port)} goes on where it was.`);
  process.exit(0);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());

const fail = async (fault: unknown): Promise<void> => {
  if (stoppingSince !== undefined) return;
  note(fault);
  await endAll();
  const again = `${commandFor(port)} tries again, ${commandFor(port, '--fresh')} starts over.`;
  refuse(`The demo could not start: ${inOneLine(fault)}\nMore is in ${join(place, 'demo.log')}; ${again}`, 1);
};

const kubeconfig = (name: string): string => join(place, `${name}.kubeconfig`);

const tell = ({ url, version, api, issuer, switchSlack }: Awaited<ReturnType<typeof startDemo>>): void => {
  process.on('SIGUSR2', () => say(switchSlack() ? '\nSlack is off.' : '\nSlack is on again.'));
  say(`
Hallpass is running, with a Slack workspace, Redis and Kubernetes ${version} of its own.

  1. Open      ${url}
  2. As Alice  in #approvals type   /jit   or one of
                 ${examples.change}
                 ${examples.open}
                 ${examples.access}
                 ${examples.dev}   (nobody is asked)
                 ${examples.breakGlass}   (nobody is asked, everybody is told)
     or write  ${examples.write(kubeconfig('requester'))}
                 (held until Bob agrees; then the same goes through, or Hallpass does it once Alice says that it is hers)
  3. As Bob (platform), and for payments as Dan (security) too, click Approve on the card
  4. Misuse    kubectl --kubeconfig ${kubeconfig('requester')} -n shop-payments get secrets,configmaps,pods,deployments,endpoints
                 while Alice's access to ledger is in force: it dies within a second, and its thread says why
  5. Look      kubectl --kubeconfig ${join(place, 'kubeconfig')} -n shop-front get ingress shop -o yaml
     Try it    kubectl --kubeconfig ${kubeconfig('requester')} -n shop-payments get ingress ledger

  A pipeline   export HALLPASS_API=${api} HALLPASS_TOKEN_FILE=${resolve(place, 'deployer.token')}
               npx hallpass request access ingress-view shop-front/shop --for 2m --reason "release 4.2" --wait
                 (waits until Bob agrees; kubectl --kubeconfig ${kubeconfig('deployer')} -n shop-front get ingress shop   works then)

  Slack off    kill -USR2 ${process.pid}   switches Slack off, and on again. Meanwhile Bob, and Dan likewise, decide in a terminal each:
               export HALLPASS_API=${api} XDG_CONFIG_HOME=/tmp/bob; unset HALLPASS_TOKEN_FILE
               npx hallpass login --issuer ${issuer}   (as bob@acme.test, any password)  &&  npx hallpass approve <id>

  People       ${sayPeople().join('\n               ')}
               each with a kubeconfig of this name: ${kubeconfig('<name>')}
  Audit        (cd ${place} && npx hallpass audit verify --threads all)   As Frank, put other words into a message (Tamper) first
               (cd ${place} && npx hallpass audit report --from 2026-01-01 --to 2027-01-01 --out report.html)
  Admin        ${join(place, 'kubeconfig')}
  Start over   ${commandFor(port, '--fresh')}
  End          Ctrl-C
`);
};

startDemo({ folder: resolve(place), port, say, onStop: (end) => void ends.push(end) }).then(tell, fail);
