import { manifestKind } from '#kinds/change/manifest-ask.ts';
import { type Answer, done, failed } from './answer.ts';
import { loadEnvironment } from './environment.ts';

export const usage = `hallpass <command>

  request <kind> <words…> <namespace>[/<object>,…] --reason <why> [--for <30m>|good] [--from <22:00>] [--on <cluster>]
          [--as self|responsible] [--key <key>] [--wait [--rollout] [--timeout <30m>]] [--output text|json] [--yes]
  request ${manifestKind} -f <file|folder|-> [-f …] [-n <namespace>] --reason <why> …
                             show what would be asked and who decides, ask for it, and wait for what becomes of it
  status <id> [--wait [--rollout] [--timeout <30m>]] · list [--open] · who · withdraw <id> · done <id> [--wait]   [--output text|json]
                             how a request stands · what one has asked for · who one is, and what may be asked · take it back · give it back
  approve <id> [--for <30m>] [--revision <number>] · deny <id> --reason <why> [--revision <number>] · revoke <id> --reason <why>   [--yes]
                             show a request and decide on what was shown; for people whom the policy lets decide over the API
  login [--issuer <address>] [--client <id>] [--device]
                             sign in with the OpenID issuer that knows you (HALLPASS_ISSUER, HALLPASS_CLIENT), for what follows
  mcp                        speak MCP over standard input and output: agents ask and wait, and never decide
  doctor [--output text|json]
                             check everything that the process of this environment needs, before it runs or while it does: settings, files,
                             certificates, Redis, Slack, clusters, the guard's webhook
  settings [--markdown]      every setting of the environment: what it is for, who reads it, what holds unless it is set
  standing [--cluster <name>] [--namespace <name>] [--profile <name>] [--kubeconfig <path>[#context]] [--all] [--json]
                             who holds the rights of access profiles already, without asking, and by which binding
  check -f <file|folder|-> [-f …] [--base <file|folder|->] [--fail-on medium|high|critical|never] [--output text|json|sarif]
                             say what is dangerous in manifests, or in what they change of a base; "-": standard input
        [--request-if medium|high|critical --reason <why> …]
                             … and ask for them over the API when it is at least that bad; with the flags of "request"
  check --rules [--output text|json]
                             list all rules of "check", with how bad each is and from where that is known
  keys generate <folder> [--cluster <name> …]
                             make the signing keys of all processes; with --cluster, those of each cluster's own guard and watcher
  redis users [--into <file>] [--from <users.acl>] [--at rediss://<host>:<port>] [--admin <name>] [--sentinel]
                             write Redis' users.acl, with passwords for all processes and an administrator that are shown once; "--from":
                             those of a file that is there keep theirs, and get the rights of this version
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
  uninstall --kubeconfig <path>[#context] [--namespace <name>] [--leave-changes] [--yes]
                             say what is in a cluster of Hallpass; with --yes take all of it out, and say what is left
  manifests <policy> <into> [--namespace <name> …]
                             write the Kubernetes manifests that fit a policy folder's profiles, and let Hallpass grant in these namespaces

request, status, list, who, withdraw, done, approve, deny, revoke, mcp and "check --request-if" speak to the API of Hallpass: HALLPASS_API says
where it is, HALLPASS_TOKEN_FILE or HALLPASS_TOKEN by what one is known there (or "login"), HALLPASS_CA which authority is believed (docs/cli.md).
doctor, standing, log, audit and webhooks read the environment as "npm start" does, and a file .env where they run.
Exit status: 0 done, 1 there are problems, 2 the command is not understood;
of audit verify 1: something was found, and 3: it could not be completed;
of check also 3, 4 or 5: the worst that the manifests introduce is medium, high or critical, and --fail-on (high) or beyond;
of the commands that speak to the API 3: denied, 4: not decided in time, 5: failed, lapsed, ended or in conflict, 6: withdrawn, 7: not
allowed, 8: the API cannot be reached just now.`;

/** Commands load what they need themselves: the others stay quick, and an old Node can still be told what it lacks. */
export const runCommand = async ([command, ...words]: readonly string[]): Promise<Answer | undefined> => {
  switch (command) {
    case 'doctor':
    case 'standing':
    case 'log':
    case 'audit':
    case 'webhooks': {
      const loaded = loadEnvironment();
      if (command === 'doctor')
        return (await import('./doctor.ts')).doctor(words, process.env, process.versions.node, loaded);
      if (!loaded.ok) return failed([loaded.error]);
      if (command === 'log') return (await import('./log.ts')).logCommand(words, process.env);
      if (command === 'audit') return (await import('./audit.ts')).auditCommand(words, process.env);
      if (command === 'webhooks') return (await import('./webhooks.ts')).webhooksCommand(words, process.env);
      return (await import('./standing.ts')).standing(words, process.env);
    }
    case 'redis':
      return (await import('./redis-users.ts')).redisCommand(words);
    case 'uninstall':
      return (await import('./uninstall.ts')).uninstall(words);
    case 'settings':
      return (await import('./settings.ts')).settingsCommand(words);
    case 'check':
      return (await import('./manifest-check.ts')).checkManifests(words);
    case 'keys':
    case 'policy':
    case 'manifests':
      if (command === 'policy' && words[0] === 'replay')
        return (await import('./replay.ts')).replayPolicy(words.slice(1));
      return (await import('./files.ts')).filesCommand(command, words);
    case 'help':
    case '--help':
      return words.length === 0 ? done([usage]) : undefined;
    default:
      return command === undefined ? undefined : askingCommand(command, words);
  }
};

/** What speaks to the API. No `.env` is read for it: one that came with somebody's code could send the token elsewhere. */
const askingCommand = async (command: string, words: readonly string[]): Promise<Answer | undefined> => {
  switch (command) {
    case 'login':
      return (await import('./login.ts')).login(words, process.env, (line) => void process.stderr.write(`${line}\n`));
    case 'request':
      return (await import('./request.ts')).requestCommand(words, process.env);
    case 'status':
      return (await import('./requests.ts')).statusCommand(words, process.env);
    case 'list':
      return (await import('./requests.ts')).listCommand(words, process.env);
    case 'who':
      return (await import('./requests.ts')).whoCommand(words, process.env);
    case 'withdraw':
    case 'done':
      return (await import('./requests.ts')).ownCommand(command, words, process.env);
    case 'approve':
    case 'deny':
    case 'revoke':
      return (await import('./decide.ts')).decideCommand(command, words, process.env);
    case 'mcp':
      return words.length === 0 ? (await import('./mcp.ts')).mcpCommand(process.env) : undefined;
    default:
      return undefined;
  }
};

/** Its commands as `kubectl jit`: what is no command is a kind of request. */
export const runPlugin = (words: readonly string[]): Promise<Answer | undefined> => {
  const [first = ''] = words;
  const isCommand = ['', ...pluginCommands].includes(first) || first.startsWith('-');
  return runCommand(isCommand ? words : ['request', ...words]);
};
const pluginCommands = [
  'request',
  'status',
  'list',
  'who',
  'withdraw',
  'done',
  'approve',
  'deny',
  'revoke',
  'check',
  'login',
  'mcp',
  'help',
];
