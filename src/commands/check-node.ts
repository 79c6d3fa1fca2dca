import { type Finding, fine, wrong } from '#domain/finding.ts';

/** The first version that has all that the product is written in. */
const needed = 26;

/** Looks at a version of Node, such as `26.10.0`. */
export const checkNode = (version: string): Finding =>
  Number.parseInt(version, 10) < needed
    ? wrong(
        `It is ${version}, which is too old. Take version ${needed} or later; "npm ci" brings one. Nothing else could be looked at.`,
      )
    : fine(`It is ${version}.`);
