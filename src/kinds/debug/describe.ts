import { few } from '#domain/text.ts';
import type { Description, Field } from '#kinds/kind.ts';
import { sayName } from '#kinds/names.ts';
import type { Ask } from './ask.ts';
import { type Profile, rulesIn, type Way } from './profiles.ts';

export const describeDebug = (profile: Profile, { pods }: Ask): Description => ({
  profiles: [profile.name],
  noun: 'access',
  reachesFurther: false,
  title: profile.title,
  objects: pods,
  powers: rulesIn(profile).map(
    ({ verbs, resources }) => `${verbs.join(', ')} ${resources.join(', ')} named ${few(pods.map(sayName), 5)}`,
  ),
  cautions: cautionsOf(profile),
});

const streams: Readonly<Record<Way, string>> = {
  exec: 'exec sessions',
  'port-forward': 'port-forwards',
  logs: 'logs that are followed',
};

const cautionsOf = ({ gives, caution }: Profile): readonly string[] => [
  ...(caution === undefined ? [] : [caution]),
  ...(gives.includes('exec')
    ? [
        'Whoever runs commands in a container reads all that it reads: environment, mounted Secrets, the token of its ServiceAccount. What was read stays known after the end.',
      ]
    : []),
  ...(gives.includes('port-forward') ? ['Reaches every port of these pods, past NetworkPolicies.'] : []),
  `Open ${gives.map((way) => streams[way]).join(', ')} go on after the end, until they are closed or the pod is gone: End pods on the card of the ended grant asks for that.`,
  'Reads these pods whole, with the environment and the commands that stand in them.',
];

/** The bot lists no pods, for what they run stands in them: names are typed. */
export const fieldsFor = (offered: readonly Profile[]): readonly Field[] => [
  {
    name: 'profile',
    label: 'What for',
    input: { type: 'choice', options: offered.map(({ name, title }) => ({ value: name, label: title })) },
  },
  {
    name: 'pods',
    label: 'Which pods',
    hint: 'Their names, with commas between; at most 20. What has another name later is not covered.',
    input: { type: 'names' },
  },
];
