import { type Section, type Setting, sections } from '#src/settings.ts';
import { type Answer, done, misspelt } from './answer.ts';
import { readFlags } from './flags.ts';

const known = { markdown: 'switch' } as const;

/** Tells every setting, as a file to fill in; with `--markdown` as a page. */
export const settingsCommand = (words: readonly string[]): Answer => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  return done(flags.value.markdown === true ? markdownOf(sections) : envOf(sections));
};

const width = 112;
const envOf = (all: readonly Section[]): readonly string[] => [
  '# Hallpass reads these from the environment; `npm start` also reads a file .env beside package.json.',
  '# Everything that is wrong is named at start, all at once, each with what to do; `npm run -s hallpass -- doctor` also looks at',
  '# what these lead to: Redis, Slack, clusters. Written by `npm run reference` from src/settings.ts.',
  ...all.flatMap(({ title, intro = [], settings }) => [
    '',
    `# ── ${title} ${'─'.repeat(Math.max(3, width - title.length))}`,
    ...intro.map((line) => `# ${line}`),
    ...settings.flatMap((one) => [...one.what.map((line) => `# ${line}`), lineOf(one)]),
  ]),
];

/** What has to be set stands there to be filled in; the rest with what holds, or may look like it, behind a `#`. */
const lineOf = ({ name, usual, like = '', isWanted }: Setting): string =>
  isWanted === true ? `${name}=` : `# ${name}=${usual ?? like}`;

const markdownOf = (all: readonly Section[]): readonly string[] => [
  '# Settings',
  '',
  'Hallpass is set up by variables of its environment. `npm start` also reads a file `.env` beside `package.json`: [.env.example](../.env.example) is one to fill in. Everything that is wrong is named at',
  'start, all at once, each with what to do; a name that is none of these is told then, and by `hallpass doctor`, with the one that may be meant. What people may ask for, and who decides, stands in',
  '[the policy folder](policy.md), not here. This page is written by `npm run reference` from `src/settings.ts`.',
  ...all.flatMap(({ title, intro = [], settings }) => [
    '',
    `## ${title}`,
    '',
    ...(intro.length === 0 ? [] : [...intro, '']),
    '| setting | read by | unless it is set | what it is |',
    '|---|---|---|---|',
    ...settings.map(rowOf),
  ]),
];

const rowOf = ({ name, readBy, usual, like, isWanted, isSecret, what }: Setting): string => {
  const absent = isWanted === true ? 'it does not start' : usual === undefined ? '–' : `\`${usual}\``;
  const words = [
    ...what.map((line) => (line.startsWith('  ') ? `\`${line.trim()}\`` : line)),
    ...(like === undefined ? [] : [`Like \`${like}\`.`]),
    ...(isSecret === true ? ['**Secret.**'] : []),
  ];
  return `| \`${name}\` | ${readBy.join(', ')} | ${absent} | ${words.join(' ').replaceAll('|', '\\|')} |`;
};
