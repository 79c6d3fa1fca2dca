import { shopPeople } from '#local/shop/people.ts';
import { demoSeed } from '#local/slack/seed.ts';

const usage = 'npm run demo [-- --fresh] [-- --port=<port>]';
const usualPort = 3100;

export type Wish = { readonly port: number; readonly isFresh: boolean };

/** What was typed behind `npm run demo --`, or why it is not understood. */
export const readWords = (words: readonly string[]): Wish | string => {
  const portWord = words.find((word) => word.startsWith('--port='));
  const port = portWord === undefined ? usualPort : Number(portWord.slice('--port='.length));
  const unknown = words.filter((word) => word !== '--fresh' && word !== portWord);
  return unknown.length > 0 || !Number.isInteger(port) || port < 1 || port > 65_535
    ? `"${words.join(' ')}" is not understood. Usage: ${usage}`
    : { port, isFresh: words.includes('--fresh') };
};

/** How to start the demo, with the port where it is not the usual one. */
export const commandFor = (port: number, ...further: readonly string[]): string => {
  const words = [...further, ...(port === usualPort ? [] : [`--port=${port}`])];
  return ['npm run demo', ...(words.length === 0 ? [] : ['--', ...words])].join(' ');
};

/** Whose each kubeconfig is, by the names that the page shows: `requester     Alice Ahmed (Engineer, checkout)`. */
export const sayPeople = (): readonly string[] =>
  shopPeople.map(({ file, slack }) => {
    const person = demoSeed().people.find(({ id }) => id === slack);
    return `${file.padEnd(12)}  ${person?.realName ?? slack} (${person?.title ?? ''})`;
  });
