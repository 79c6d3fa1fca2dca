import { type SlackResult, slackResults } from '#adapters/slack/counting-fetch.ts';
import { defineCounter, defineGauge, onScrape } from './registry.ts';

const clicks = defineCounter({
  name: 'hallpass_clicks_total',
  help: 'Clicks that let something happen or stay, by what they stood on: genuine, older, altered, or unseen. All but genuine ones were shown the request from its log first.',
  labels: ['stood_on'],
  toldBy: ['bot'],
});
const calls = defineCounter({
  name: 'hallpass_slack_calls_total',
  help: 'Calls of Slack’s Web API by method and what was answered: ok, refused (Slack’s own no), limited (429), or no-answer (no connection, too late, or 5xx). Each try counts.',
  labels: ['method', 'result'],
  toldBy: ['bot', 'worker'],
});
const isConnected = defineGauge({
  name: 'hallpass_slack_connected',
  help: '1 while the bot has a Socket Mode connection, by which Slack reaches it; 0 while it has none. Absent over HTTP.',
  labels: [],
  toldBy: ['bot'],
});

/** Counts what a click that lets something happen stood on. */
export const countClick = (sight: string): void => clicks.add({ stood_on: sight });

/** Counts what became of one call of Slack's. */
export const countSlackCall = (method: string, result: SlackResult): void => {
  for (const one of slackResults) calls.add({ method, result: one }, 0);
  calls.add({ method, result });
};

/** From now on it can be read whether Slack can reach the bot. */
export const tellSlackConnection = (isUp: () => boolean): ReturnType<typeof onScrape> =>
  onScrape(() => isConnected.set({}, isUp() ? 1 : 0));
