/**
 * The command behind `npm run slack:conform`: has Slack's own validator (blocks.validate) judge a fixed set of what Hallpass shows.
 * Nothing is posted, and the token wants no scope. Exit status: 0 when all are taken, 1 when one is refused, 2 when nothing is known:
 * without a token, or where Slack does not answer.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { SLACK_BOT_TOKEN: token = '', SLACK_API_URL: apiUrl = '' } = process.env;
if (token === '') {
  say('Nothing was judged: SLACK_BOT_TOKEN is not set, in the environment or in .env.');
  say(
    'Take the Bot User OAuth Token (xoxb-…) of any app that is installed in any workspace, best one to try things out:',
  );
  say(
    'docs/install-slack.md says how to make one. The token wants no scope, nothing is posted, and nothing of yours is sent.',
  );
  process.exit(2);
}
const [{ WebClient, WebClientEvent }, { clientOptions }, { conform }, { surfaces }] = await Promise.all([
  import('@slack/web-api'),
  import('#adapters/slack/client.ts'),
  import('./conform.ts'),
  import('./surfaces.ts'),
]);
// Slack says of this method only that special rate limits apply: what it wants to wait is waited.
const client = new WebClient(token, {
  ...clientOptions(apiUrl === '' ? 'https://slack.com/api/' : apiUrl),
  timeout: 10_000,
  rejectRateLimitedCalls: false,
});
client.on(WebClientEvent.RATE_LIMITED, (seconds: number) => say(`  Slack wants a pause of ${seconds} s …`));
process.exitCode = await conform(client, await surfaces(), say);
