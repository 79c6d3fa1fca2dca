import { z } from 'zod';
import type { ContentRef } from '#domain/content/content.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { oneLine } from '#domain/text.ts';
import type { Shown } from '#use-cases/contents.ts';
import type { Clock } from '#use-cases/ports.ts';
import { linesOf } from './diff-lines.ts';
import { fileNameOf } from './file-name.ts';
import { type NotedFile, type Place, withFile } from './notes.ts';
import { revisionsOf } from './revisions.ts';
import { cardOf, forgetCard, isGone, refused, requireChannel, type Step, type Subject, type Tools } from './showing.ts';
import { fileCalls, postsTo } from './slack-calls.ts';
import { faultOf, setbackOf, stop } from './slack-faults.ts';
import type { Upload } from './upload.ts';

/** Left in a channel's budget for cards, which people wait for. */
const spareForCards = 1;
/** Left for asking where to send a file's bytes. */
const spareForSending = 1;
/** So long a call that was given up may still be on its way, and Slack may take to share a file. */
const settling = Temporal.Duration.from({ seconds: 10 });

type Revision = { readonly revision: number; readonly content: ContentRef };

/** The revisions of which the card does not show all, now or any more. */
const hiddenOf = (entries: Chain['entries']): readonly Revision[] => {
  const all = revisionsOf(entries);
  return all.filter(({ content }, index) => !content.fits || index < all.length - 1);
};

type FileParts = {
  readonly clock: Clock;
  readonly upload: Upload;
};

/**
 * Attaches to a request's thread the whole of each revision that its card could not show, or shows no more because another
 * took its place: as a file, once. Bytes that
 * were sent are nothing yet; a file is there when Slack was asked to share it. That is noted before, and after a break
 * Slack is asked what became of it.
 */
export const createShowFiles = (tools: Tools, { clock, upload }: FileParts): Step => {
  const { client, calls, alarm } = tools;
  let isScopeMissing = false;

  const send = async (subject: Subject, { revision, content }: Revision): Promise<NotedFile | undefined> => {
    const shown = await subject.content(content);
    // Its card says so, and there is nothing to attach.
    if (shown.type !== 'shown') return undefined;
    const text = fileOf(shown.content);
    const filename = fileNameOf({ id: subject.chain.request.asked.id, revision });
    const ask = { filename, length: Buffer.byteLength(text) };
    const place = uploadPlace.parse(await calls.call(fileCalls, () => client.files.getUploadURLExternal(ask)));
    await upload(place.upload_url, text);
    return { id: place.file_id, asked: (await clock.now()).toString(), isShared: false };
  };

  const share = async (
    subject: Subject,
    { revision, content }: Revision,
    file: NotedFile,
    card: Place,
  ): Promise<void> => {
    const { notes } = subject;
    const filename = fileNameOf({ id: subject.chain.request.asked.id, revision });
    const sent = {
      files: [{ id: file.id, title: filename }] as [{ id: string; title: string }],
      channel_id: card.channel,
      thread_ts: card.ts,
      initial_comment: `Revision ${revision}${isReplaced(subject, revision) ? ', which another took the place of' : ''}, all ${content.lines} lines:`,
    };
    await notes.save(withFile(revision, file));
    try {
      await calls.attempt(fileCalls, () => client.files.completeUploadExternal(sent));
    } catch (cause) {
      // Slack said no, or to wait: then it is not there, and is begun anew.
      const setback = setbackOf(cause);
      if (setback === undefined ? faultOf(cause).type === 'refused' : setback.type === 'later')
        await notes.save(withFile(revision, undefined));
      throw cause;
    }
    await notes.save(withFile(revision, { ...file, isShared: true }));
  };

  /** What became of a file that Slack was asked to share, and did not answer: noted if it is there, forgotten if not. */
  const recover = async ({ notes }: Subject, revision: number, file: NotedFile, { channel }: Place): Promise<void> => {
    if (await isThere(file.id, channel)) return notes.save(withFile(revision, { ...file, isShared: true }));
    const wait = Temporal.Instant.from(file.asked)
      .add(settling)
      .since(await clock.now())
      .total('milliseconds');
    if (wait > 0)
      throw stop({
        type: 'later',
        milliseconds: Math.ceil(wait),
        why: 'An earlier attempt to share a file may still arrive',
      });
    return notes.save(withFile(revision, undefined));
  };

  const isThere = async (file: string, channel: string): Promise<boolean> => {
    try {
      const { channels, groups } = about.parse(await calls.call(fileCalls, () => client.files.info({ file }))).file;
      return [...channels, ...groups].includes(channel);
    } catch (cause) {
      if (setbackOf(cause) === undefined && faultOf(cause).type === 'refused') return false;
      throw cause;
    }
  };

  const attach = async (subject: Subject, one: Revision, card: Place): Promise<void> => {
    const noted = () => subject.notes.now().files?.[String(one.revision)];
    const before = noted();
    if (before?.isShared === false) await recover(subject, one.revision, before, card);
    if (noted()?.isShared === true) return;
    await calls.ready();
    // The places to share it are taken before a byte is sent: what had to wait then would be sent anew each time.
    calls.reserve(postsTo(card.channel), spareForCards);
    calls.reserve(fileCalls, spareForSending);
    const file = await send(subject, one);
    if (file !== undefined) await share(subject, one, file, card);
  };

  return async (subject) => {
    const { chain, notes } = subject;
    const card = cardOf(notes);
    const missing = hiddenOf(chain.entries).filter(
      ({ revision }) => notes.now().files?.[String(revision)]?.isShared !== true,
    );
    if (card === undefined || missing.length === 0) return;
    await requireChannel(subject, tools);
    try {
      for (const one of missing) await attach(subject, one, card);
      isScopeMissing = false;
    } catch (cause) {
      if (isWithoutScope(cause)) {
        if (!isScopeMissing)
          alarm(
            'Diffs cannot be attached: give the app the scopes files:write and files:read, and install it anew',
            {},
          );
        isScopeMissing = true;
        return;
      }
      if (!isGone(cause)) throw refused(subject, tools, cause);
      await forgetCard(subject, tools);
      throw stop({ type: 'later', milliseconds: 100, why: 'The card was deleted' }, cause);
    }
  };
};

const isReplaced = ({ chain }: Subject, revision: number): boolean => revision < chain.request.asked.revision;

const uploadPlace = z.object({ upload_url: z.url(), file_id: z.string() });
const ids = z.array(z.string()).default([]);
const about = z.object({ file: z.object({ channels: ids, groups: ids }) });

/** Only files need these scopes: cards and threads go on without them. */
const isWithoutScope = (cause: unknown): boolean => {
  const said = setbackOf(cause) === undefined || !(cause instanceof Error) ? cause : cause.cause;
  const fault = faultOf(said);
  return fault.type === 'refused' && fault.error === 'missing_scope';
};

/** Each object's diff under its name and the places that it changes; hidden characters made visible, as on the card. */
const fileOf = ({ changes }: Extract<Shown, { type: 'shown' }>['content']): string =>
  changes
    .map(({ places = [], ...change }) =>
      [
        `# ${change.op} ${oneLine(sayTarget(change.target))}`,
        ...places.map((place) => (/^and \d+ more$/.test(place) ? `# ${place}` : `# at ${oneLine(place)}`)),
        ...linesOf(change),
        '',
      ].join('\n'),
    )
    .join('\n');
