import { type Content, content, fitsOnCard } from '#domain/content/content.ts';
import { opensFirst, type ReachLine } from '#domain/radius/radius.ts';
import type { Asked } from '#domain/request/request.ts';
import { levelOf } from '#domain/risk/assess.ts';
import { isDanger, type Severity, worstFirst } from '#domain/risk/finding.ts';
import type { Digest } from '#domain/seal.ts';
import type { Assessed } from './assess-tried.ts';
import type { BotPorts, Core, PackedContent } from './ports.ts';

/** What approvers were shown of a request; `unreadable` when it was altered or is gone: then nobody should decide on it. */
export type Shown =
  | { readonly type: 'none' }
  | { readonly type: 'unreadable' }
  | { readonly type: 'shown'; readonly content: Content };

/** So much of what was found is kept: far more than anybody reads. What is left out is counted. */
const most = { findings: 200, lines: 60, openings: 3_000 } as const;

/** What was found and what is reached, as a content holds it. */
export const listed = ({
  findings: found,
  lines,
  openings,
}: Pick<Assessed, 'findings' | 'lines' | 'openings'>): Pick<
  Content,
  'findings' | 'moreFindings' | 'reach' | 'openings'
> => {
  const findings = worstFirst(found);
  const rest = findings.slice(most.findings).filter(isDanger);
  const count = (severity: Severity): number => rest.filter((one) => one.severity === severity).length;
  return {
    findings: findings.slice(0, most.findings),
    moreFindings: { critical: count('critical'), high: count('high'), medium: count('medium') },
    reach: reachListed(lines),
    openings: openings.slice(0, most.openings),
  };
};

/** What opens before what closes; what was not seen is always among them. */
const reachListed = (lines: readonly ReachLine[]): ReachLine[] => {
  const sorted = opensFirst(lines);
  const unseen = sorted.filter(({ change }) => change === 'unseen').slice(0, most.lines / 2);
  const others = sorted.filter(({ change }) => change !== 'unseen');
  const kept = others.slice(0, most.lines - unseen.length);
  const left = others.length - kept.length;
  return [
    ...kept,
    ...unseen,
    ...(left > 0 ? [{ change: 'unseen' as const, text: `And ${left} more lines, which are not listed` }] : []),
  ];
};

/** A content as it is kept. */
export const packContent = (content: Content, digest: Digest): PackedContent => {
  const { changes, notes, findings, moreFindings, reach, openings, cautions } = content;
  const text = JSON.stringify({ schema: 1, changes, notes, findings, moreFindings, reach, openings, cautions });
  return {
    text,
    ref: {
      digest: digest(text),
      targets: changes.map(({ op, target }) => ({ op, ...target })),
      lines: changes.reduce((sum, { diff }) => sum + diff.split('\n').length, 0),
      added: changes.reduce((sum, { added }) => sum + added, 0),
      removed: changes.reduce((sum, { removed }) => sum + removed, 0),
      fits: fitsOnCard(changes),
      risk: levelOf(findings),
    },
  };
};

/** Reads what a request's log names, and believes it only when it still has that digest. */
export const readContent = async (
  { contents, trust }: Pick<BotPorts, 'contents'> & Pick<Core, 'trust'>,
  { id, content: changed, around }: Pick<Asked, 'id' | 'content' | 'around'>,
): Promise<Shown> => {
  const ref = changed ?? around;
  if (ref === undefined) return { type: 'none' };
  const text = await contents.read(id, ref.digest);
  if (text === undefined || trust.digest(text) !== ref.digest) return { type: 'unreadable' };
  return unpackContent(text);
};

/** Reads a text that was kept and has the digest that it should have. */
export const unpackContent = (text: string): Exclude<Shown, { type: 'none' }> => {
  const read = content.safeParse(JSON.parse(text));
  return read.success ? { type: 'shown', content: read.data } : { type: 'unreadable' };
};
