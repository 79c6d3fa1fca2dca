#!/usr/bin/env node
import { type Answer, done, failed, misspelt } from '#src/commands/answer.ts';
import { loadEnvironment } from '#src/commands/environment.ts';

const usage = `hallpass <command>

  doctor [--json]            check everything that bot and worker need: settings, files, Redis, Slack, clusters
  standing [--cluster <name>] [--namespace <name>] [--profile <name>] [--kubeconfig <path>[#context]] [--all] [--json]
                             who holds the rights of access profiles already, without asking, and by which binding
  check -f <file|folder|-> [-f …] [--base <file|folder|->] [--fail-on medium|high|critical|never] [--output text|json|sarif]
                             say what is dangerous in manifests, or in what they change of a base; "-": standard input
  check --rules [--output text|json]
                             list all rules of "check", with how bad each is and from where that is known
  keys generate <folder>     make the signing keys of the bot and the worker
  policy check <folder>      read all files of the folder as the bot does, and name every problem; warnings are no problem
  policy schema <into>       write the JSON Schemas of the folder's files, for editors
  policy test <folder> [file]
                             run the cases in its tests.yaml, or in another file: what each would come to
  policy explain <folder> [file]
                             say of each case what every rule makes of it, and what comes of it
  log export <file>          write the log of all requests to a file, for auditors and "policy replay"; "-": standard output
  audit export --from <date|instant> --to <date|instant> --format csv|jsonl [--out <file>|-] [--log <export>]
                             what happened to each request of a period, with what approvers saw, for auditors
  audit report --from <date|instant> --to <date|instant> --out <file>|- [--names <file>] [--log <export>] [--retention <days>d]
                             the same in figures and lists, as one page of HTML that prints
  audit verify [--threads all|none] [--sample <number>] [--channel <id>] [--retention <days>d]
               [--export <file> [--checkpoints <file>]] [--keys <folder>] [--json]
                             name every entry, checkpoint and message that is otherwise than Hallpass wrote it; threads by sample
                             (50); "--export": an export alone, without Redis and Slack, and what was saved of the audit channel
  policy replay <folder> <export> [--before <folder>] [--groups <file>] [--keys <folder>] [--all] [--json]
                             say which requests of the past this policy would have decided otherwise; "-": standard input
  webhooks test <name>       send one signed test event to a destination of webhooks.yaml, and print what it answers
  manifests <policy> <into>  write the Kubernetes manifests that fit a policy folder's profiles

doctor, standing, log, audit and webhooks read the environment as "npm start" does, and a file .env where they run.
Exit status: 0 done, 1 there are problems, 2 the command is not understood;
of audit verify 1: something was found, and 3: it could not be completed;
of check also 3, 4 or 5: the worst that the manifests introduce is medium, high or critical, and --fail-on (high) or beyond.`;

/** Commands load what they need themselves: the others stay quick, and an old Node can still be told what it lacks. */
const run = async ([command, ...words]: readonly string[]): Promise<Answer | undefined> => {
  switch (command) {
    case 'doctor':
    case 'standing':
    case 'log':
    case 'audit':
    case 'webhooks': {
      const loaded = loadEnvironment();
      if (!loaded.ok) return failed([loaded.error]);
      if (command === 'log') return (await import('#src/commands/log.ts')).logCommand(words, process.env);
      if (command === 'audit') return (await import('#src/commands/audit.ts')).auditCommand(words, process.env);
      if (command === 'webhooks')
        return (await import('#src/commands/webhooks.ts')).webhooksCommand(words, process.env);
      return command === 'doctor'
        ? (await import('#src/commands/doctor.ts')).doctor(words, process.env)
        : (await import('#src/commands/standing.ts')).standing(words, process.env);
    }
    case 'check':
      return (await import('#src/commands/manifest-check.ts')).checkManifests(words);
    case 'keys':
    case 'policy':
    case 'manifests':
      if (command === 'policy' && words[0] === 'replay')
        return (await import('#src/commands/replay.ts')).replayPolicy(words.slice(1));
      return (await import('#src/commands/files.ts')).filesCommand(command, words);
    case 'help':
    case '--help':
      return words.length === 0 ? done([usage]) : undefined;
    default:
      return undefined;
  }
};

const print = (stream: NodeJS.WriteStream, lines: readonly string[] = []): Promise<void> =>
  new Promise((resolve) => {
    if (lines.length === 0) resolve();
    // A reader that has gone, as `head` does, is none of our business.
    else stream.write(`${lines.join('\n')}\n`, () => resolve());
  });

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const { status, out, errors } = (await run(process.argv.slice(2))) ?? misspelt([usage]);
await print(process.stdout, out);
await print(process.stderr, errors);
// What was given up waiting for, such as a plug-in that hangs, is not waited for here either.
process.exit(status);
