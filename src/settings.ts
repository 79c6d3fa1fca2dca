import { nearest } from '#domain/nearest.ts';
import type { Environment, Role } from './config.ts';

/** Who reads a setting: a process by its role, or the commands that ask over the API. */
export type Reader = Exclude<Role, 'all'> | 'commands';

/** A variable of the environment. `.env.example` and docs/configuration.md are written from these. */
export type Setting = {
  readonly name: string;
  readonly readBy: readonly Reader[];
  /** What it is for, in whole sentences, each of which stands on a line of its own in `.env.example`. */
  readonly what: readonly string[];
  /** What holds where it is not set. */
  readonly usual?: string;
  /** How it may look, where nothing holds unless it is set. */
  readonly like?: string;
  /** Without it those who read it do not start. */
  readonly isWanted?: true;
  /** It must not be seen by others: it belongs into a Secret. */
  readonly isSecret?: true;
};

export type Section = {
  readonly title: string;
  readonly intro?: readonly string[];
  readonly settings: readonly Setting[];
};

const everybody = ['bot', 'worker', 'guard', 'watcher'] as const;

/** All of them, in the order in which they are told. */
export const sections: readonly Section[] = [
  {
    title: 'Slack (bot)',
    intro: [
      'Make the app from manifests/slack-app.yaml (api.slack.com/apps → Create New App → From a manifest), and install it: docs/install-slack.md.',
    ],
    settings: [
      {
        name: 'SLACK_BOT_TOKEN',
        readBy: ['bot'],
        what: ['OAuth & Permissions → Bot User OAuth Token.'],
        like: 'xoxb-…',
        isWanted: true,
        isSecret: true,
      },
      {
        name: 'SLACK_APP_TOKEN',
        readBy: ['bot'],
        what: [
          'Basic Information → App-Level Tokens, with the scope connections:write: Hallpass connects to Slack and needs no address of its own.',
          'It or SLACK_SIGNING_SECRET is wanted.',
        ],
        like: 'xapp-…',
        isWanted: true,
        isSecret: true,
      },
      {
        name: 'SLACK_SIGNING_SECRET',
        readBy: ['bot'],
        what: ['Instead, for signed HTTP: Basic Information → Signing Secret. Not read where SLACK_APP_TOKEN is set.'],
        isSecret: true,
      },
      {
        name: 'SLACK_LOOKUP_TOKEN',
        readBy: ['worker'],
        what: [
          'Only where a template of identities.yaml says by their addresses who people are: the bot token of a second app, from manifests/slack-lookup-app.yaml.',
        ],
        like: 'xoxb-…',
        isSecret: true,
      },
      {
        name: 'SLACK_API_URL',
        readBy: ['bot', 'worker'],
        what: ['Another one only for GovSlack (https://slack-gov.com/api/) or a test workspace.'],
        usual: 'https://slack.com/api/',
      },
      {
        name: 'HALLPASS_PORT',
        readBy: ['bot'],
        what: [
          'Hallpass answers /livez here; without SLACK_APP_TOKEN also what Slack sends to https://<your host>/slack/events.',
        ],
        usual: '3000',
      },
    ],
  },
  {
    title: 'Redis',
    settings: [
      {
        name: 'REDIS_URL',
        readBy: everybody,
        what: [
          'appendonly yes, appendfsync always, maxmemory-policy noeviction; users for bot, worker, guard and watcher: npx hallpass redis users.',
          'rediss:// for TLS. What is no letter or digit in a password is written as in any URL (%40 for @).',
          'Where REDIS_SENTINELS is set, user, password, database and whether there is TLS are taken from it, and its host and port are not.',
        ],
        usual: 'redis://127.0.0.1:6379',
        isSecret: true,
      },
      {
        name: 'REDIS_CA',
        readBy: everybody,
        what: [
          'A file with an authority (PEM), with rediss:// only: only a Redis with a certificate of it is believed. Without it those that Node knows.',
          'It and the next ones are read anew for each connection.',
        ],
        like: '/etc/hallpass/redis/ca.crt',
      },
      {
        name: 'REDIS_SERVERNAME',
        readBy: everybody,
        what: [
          'The name that the certificate of Redis has to have, where it is not the host by which Redis is reached, as with Sentinels that tell an IP address.',
        ],
        like: 'redis.example.com',
      },
      {
        name: 'REDIS_CERT',
        readBy: everybody,
        what: ['A file with the certificate (PEM) that is shown to Redis, where it wants one (tls-auth-clients).'],
        like: '/etc/hallpass/redis/tls.crt',
      },
      {
        name: 'REDIS_KEY',
        readBy: everybody,
        what: ['A file with the key of that certificate (PEM, without a passphrase).'],
        like: '/etc/hallpass/redis/tls.key',
      },
      {
        name: 'REDIS_SENTINELS',
        readBy: everybody,
        what: [
          'Where a primary has replicas and Sentinels watch it: host:port of each Sentinel, with commas between. They are asked who the primary is.',
          'With rediss:// Sentinels are spoken to by TLS too, with the same REDIS_CA and REDIS_CERT; their certificates have to have the names that stand here.',
        ],
        like: 'sentinel-0.redis:26379,sentinel-1.redis:26379,sentinel-2.redis:26379',
      },
      {
        name: 'REDIS_SENTINEL_NAME',
        readBy: everybody,
        what: ['The name by which the Sentinels watch the primary ("sentinel monitor <name> …").'],
        like: 'mymaster',
      },
      {
        name: 'REDIS_SENTINEL_USERNAME',
        readBy: everybody,
        what: ['Only where Sentinels have users of their own.'],
      },
      {
        name: 'REDIS_SENTINEL_PASSWORD',
        readBy: everybody,
        what: ['What the Sentinels want (their "requirepass", or the password of that user). It is not that of Redis.'],
        isSecret: true,
      },
    ],
  },
  {
    title: 'Who may ask, who decides, who is who',
    settings: [
      {
        name: 'HALLPASS_POLICY',
        readBy: everybody,
        what: [
          'A folder with rules.yaml, identities.yaml, profiles.yaml, changes.yaml and open.yaml. Start from manifests/policy; check yours with',
          '  npx hallpass policy check <folder>',
        ],
        like: 'manifests/policy',
        isWanted: true,
      },
    ],
  },
  {
    title: 'Signing keys',
    settings: [
      {
        name: 'HALLPASS_KEYS',
        readBy: everybody,
        what: [
          'A folder with bot.key, worker.key, guard.key, watcher.key, journal.key and trusted/*.pub. Make it once, keep it secret and out of Redis:',
          '  npx hallpass keys generate <folder>',
          'A process needs only its own private key; give the others’ public keys in trusted/.',
        ],
        like: './keys',
        isWanted: true,
      },
    ],
  },
  {
    title: 'Clusters',
    settings: [
      {
        name: 'HALLPASS_CLUSTERS',
        readBy: ['bot', 'worker', 'guard'],
        what: [
          'name=in-cluster, or name=<kubeconfig>[#context]; several with commas between. The bot looks with these. A guard has one.',
        ],
        like: 'prod=in-cluster',
        isWanted: true,
      },
      {
        name: 'HALLPASS_WORKER_CLUSTERS',
        readBy: ['worker'],
        what: [
          'The worker writes with these, of the same names, where bot and worker are one process. Unless it is set, with those of the bot, which is fine for a first try only.',
        ],
        like: 'prod=/etc/hallpass/worker.kubeconfig',
      },
      {
        name: 'HALLPASS_NAMESPACE',
        readBy: everybody,
        what: ['The namespace that Hallpass lives in. Its markers are beside it; nobody can ask for anything in it.'],
        usual: 'hallpass',
      },
      {
        name: 'HALLPASS_MANAGED_NAMESPACES',
        readBy: ['worker'],
        what: [
          'Where the worker may grant (manifests/managed/any-namespace.yaml is applied there), with commas between.',
        ],
        like: 'shop-front,shop-payments',
        isWanted: true,
      },
    ],
  },
  {
    title: 'Processes',
    settings: [
      {
        name: 'HALLPASS_ROLE',
        readBy: everybody,
        what: [
          '"bot", "worker", or "all" (these two) in one process; "guard" (npm run guard) and "watcher" (npm run watcher) are always ones of their own.',
          'Each may run several times.',
        ],
        usual: 'all',
      },
      {
        name: 'HALLPASS_METRICS_PORT',
        readBy: everybody,
        what: ['What Prometheus reads, as http://<host>:<port>/metrics (docs/metrics.md). Off unless set.'],
        like: '9464',
      },
      {
        name: 'HALLPASS_HEALTH_PORT',
        readBy: everybody,
        what: [
          'Where a kubelet asks over plain HTTP: /livez, and /readyz, which says what is missing (docs/metrics.md). 0: nowhere.',
          'Guard and watcher answer both over HTTPS as well, where API servers reach them.',
        ],
        usual: '0',
      },
    ],
  },
  {
    title: 'Audit (bot): each event as a JSON line (docs/audit-export.md)',
    settings: [
      {
        name: 'HALLPASS_AUDIT_STDOUT',
        readBy: ['bot'],
        what: ['On standard output, beside what the bot has to say; "off" turns it off.'],
        usual: 'on',
      },
      {
        name: 'HALLPASS_SIEM_URL',
        readBy: ['bot'],
        what: ['Where a SIEM takes JSON lines in batches (POST, application/x-ndjson); https, or http to 127.0.0.1.'],
        like: 'https://siem.example.com/ingest',
        isSecret: true,
      },
      {
        name: 'HALLPASS_SIEM_TOKEN',
        readBy: ['bot'],
        what: ['Sent as "Authorization: Bearer …".'],
        isSecret: true,
      },
      {
        name: 'HALLPASS_SIEM_CA',
        readBy: ['bot'],
        what: [
          'A file with an authority (PEM): only a server with a certificate of it is believed. Without it those that Node knows.',
        ],
      },
      {
        name: 'HALLPASS_WEBHOOKS',
        readBy: ['bot'],
        what: [
          'Where events go one by one, signed, for tickets, mail and the rest (docs/webhooks.md): a file like manifests/webhooks.yaml.',
        ],
        like: '/etc/hallpass/webhooks/webhooks.yaml',
      },
    ],
  },
  {
    title: 'API: pipelines, agents and people ask, wait and decide over HTTP (docs/api.md)',
    settings: [
      {
        name: 'HALLPASS_API_PORT',
        readBy: ['bot'],
        what: ['Served by the bot where this is set.'],
        like: '8445',
      },
      {
        name: 'HALLPASS_API_CERTIFICATE',
        readBy: ['bot'],
        what: [
          'A folder with tls.crt and tls.key, read anew when they change. Without it the API is plain HTTP, for this machine only.',
        ],
      },
      {
        name: 'HALLPASS_API_AUDIENCE',
        readBy: ['bot'],
        what: ['For whom tokens have to be made: their "aud".'],
        usual: 'hallpass',
      },
    ],
  },
  {
    title: 'Guard: holds direct writes to what rules.yaml protects (docs/guard.md)',
    settings: [
      {
        name: 'HALLPASS_GUARD',
        readBy: ['worker', 'guard'],
        what: [
          'Where the API server finds it: its Service in Hallpass’s namespace, with :<port> if that is not 443, or https://<address>/review.',
          'Without it the worker sets up no webhook, and nothing is held. A guard takes "hallpass-guard" where it is not set.',
        ],
        like: 'hallpass-guard',
      },
      {
        name: 'HALLPASS_GUARD_PORT',
        readBy: ['guard'],
        what: ['Where a guard listens.'],
        usual: '8443',
      },
      {
        name: 'HALLPASS_WORKER_USER',
        readBy: ['guard'],
        what: ['As whom the worker writes in that cluster, as the API server knows it.'],
        usual: 'system:serviceaccount:<HALLPASS_NAMESPACE>:hallpass-worker',
      },
      {
        name: 'HALLPASS_GUARD_CERTIFICATE',
        readBy: ['guard'],
        what: [
          'A folder with tls.crt, tls.key and ca.crt, good for hallpass-guard.hallpass.svc. Without it a guard makes its own, which is fine.',
        ],
      },
      {
        name: 'HALLPASS_GUARD_CLIENT_CA',
        readBy: ['guard'],
        what: [
          'A file with an authority (PEM): only who shows a TLS client certificate of it may ask. For API servers that can be given one.',
        ],
      },
    ],
  },
  {
    title: 'Watcher: takes the API server’s audit events, and has grants ended whose use looks wrong (docs/setup.md)',
    intro: [
      'It reads these, REDIS_URL, HALLPASS_POLICY and HALLPASS_KEYS; it calls neither Slack nor any cluster. One watcher is of one cluster.',
    ],
    settings: [
      {
        name: 'HALLPASS_AUDIT_CLUSTER',
        readBy: ['watcher'],
        what: ['Whose audit events come here, as HALLPASS_CLUSTERS of the bot calls it.'],
        like: 'prod',
        isWanted: true,
      },
      {
        name: 'HALLPASS_AUDIT_PORT',
        readBy: ['watcher'],
        what: ['Where it listens, for https://<address>:<port>/audit in the API server’s audit webhook configuration.'],
        usual: '8444',
      },
      {
        name: 'HALLPASS_AUDIT_CERTIFICATE',
        readBy: ['watcher'],
        what: [
          'A folder with tls.crt and tls.key, good for that address. The API server is told their authority. Read anew when it changes.',
        ],
        like: '/etc/hallpass/audit',
        isWanted: true,
      },
      {
        name: 'HALLPASS_AUDIT_TOKEN_FILE',
        readBy: ['watcher'],
        what: [
          'A file with the token that the API server sends (24 characters or more: openssl rand -hex 32). Read anew when it changes.',
          'It or HALLPASS_AUDIT_CLIENT_CA is wanted.',
        ],
      },
      {
        name: 'HALLPASS_AUDIT_CLIENT_CA',
        readBy: ['watcher'],
        what: [
          'Instead, or as well: a file with an authority (PEM); only who shows a TLS client certificate of it may send.',
        ],
      },
    ],
  },
  {
    title: 'Commands that ask over the API (docs/cli.md), on another machine',
    settings: [
      {
        name: 'HALLPASS_API',
        readBy: ['commands'],
        what: ['The address of the API.'],
        like: 'https://hallpass.example.com',
      },
      {
        name: 'HALLPASS_CA',
        readBy: ['commands'],
        what: ['A file with its authority (PEM), where Node does not know it.'],
      },
      {
        name: 'HALLPASS_TOKEN',
        readBy: ['commands'],
        what: [
          'Who one is there, where nobody has signed in (npx hallpass login) and no token of a ServiceAccount is mounted.',
        ],
        isSecret: true,
      },
      {
        name: 'HALLPASS_TOKEN_FILE',
        readBy: ['commands'],
        what: ['The same in a file, read anew each time.'],
      },
      {
        name: 'HALLPASS_ISSUER',
        readBy: ['commands'],
        what: ['Where npx hallpass login signs people in: the address of the OpenID issuer.'],
        like: 'https://login.example.com',
      },
      {
        name: 'HALLPASS_CLIENT',
        readBy: ['commands'],
        what: ['The client that is registered there for it.'],
      },
    ],
  },
];

export const settings: readonly Setting[] = sections.flatMap((section) => section.settings);

const names = settings.map(({ name }) => name);
/** Read where Hallpass is worked on, by what fetches and runs its parts. */
const forDevelopers = ['HALLPASS_CACHE', 'HALLPASS_TEST_MINUTES'];
/** What Kubernetes tells every pod of each Service beside it, unless `enableServiceLinks` is off. */
const ofService = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/;

/** Names of the environment that look like settings and are none, said with the one that may have been meant: they do nothing. */
export const unknownSettings = (environment: Environment): readonly string[] =>
  Object.entries(environment)
    .filter(([name, value]) => value !== undefined && value !== '' && !names.includes(name))
    .flatMap(([name]) => {
      const meant = nearest(name, names);
      const isOurs = name.startsWith('HALLPASS_') && !forDevelopers.includes(name) && !ofService.test(name);
      // Others have settings whose names begin like Slack's and Redis'.
      if (!isOurs && (meant === undefined || !/^(SLACK|REDIS)_/.test(name))) return [];
      return [
        `${name} is no setting, and does nothing. ${meant === undefined ? 'Take it away.' : `Is it ${meant} that you mean?`}`,
      ];
    })
    .sort();
