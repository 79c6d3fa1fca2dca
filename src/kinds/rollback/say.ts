import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { quoted } from '#domain/risk/read.ts';
import { cut, oneLine } from '#domain/text.ts';
import { sayName } from '#kinds/names.ts';
import { sayWorkload } from '#kinds/workloads/say.ts';
import type { Workload } from '#kinds/workloads/workload.ts';
import type { Revision } from './history.ts';

/** As in `Deployment web is at revision 4, and goes back to revision 2 of 2026-11-20 10:00:05 UTC (web-6d4cf56db6).` */
export const sayRevision = (one: Workload, to: Revision, now: Revision | undefined): string => {
  const cause = to.annotations['kubernetes.io/change-cause'];
  const made = to.made.replace('T', ' ').replace('Z', ' UTC');
  return [
    `${sayWorkload(one)} is at ${now === undefined ? 'a template that is no revision yet' : `revision ${now.revision}`},`,
    ` and goes back to revision ${to.revision} of ${made} (${sayName(to.keptIn)})`,
    cause === undefined ? '.' : `, noted as ${quoted(cause, 200)}.`,
  ].join('');
};

const shape = z.object({
  spec: z.object({
    initContainers: z.array(z.object({ name: z.string(), image: z.string().nullish() })).nullish(),
    containers: z.array(z.object({ name: z.string(), image: z.string().nullish() })),
  }),
});

const imagesIn = (template: Json | undefined): ReadonlyMap<string, string> => {
  const read = shape.safeParse(template);
  if (!read.success) return new Map();
  const { initContainers, containers } = read.data.spec;
  return new Map([...(initContainers ?? []), ...containers].map(({ name, image }) => [name, image ?? 'none']));
};

/** What runs in which container instead of what; the diff says all else. */
export const sayImages = (now: Json | undefined, then: Json | undefined): readonly string[] => {
  const [before, after] = [imagesIn(now), imagesIn(then)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name) ?? 'not there', after.get(name) ?? 'not there'];
    return was === is ? [] : [`Image of container ${sayName(name)}: ${sayImage(was)} now, ${sayImage(is)} then.`];
  });
};

const sayImage = (image: string): string => cut(oneLine(image), 120);
