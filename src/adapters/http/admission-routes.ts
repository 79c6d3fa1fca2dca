import type { IncomingMessage } from 'node:http';
import type { Admission, Write } from '#domain/guard/write.ts';
import type { Alarm } from '#use-cases/ports.ts';
import { type Answer, answerReview, type Deciding, sayPlainly } from './answer-review.ts';
import { answerProbe } from './probes.ts';
import { type BodyLimits, createBodyReader } from './read-body.ts';
import { askedFor, isJson, isKnown, whoAreYou } from './requests.ts';

export type AdmissionRoutes = {
  readonly review: (write: Write) => Promise<Admission>;
  /** Why it should not be asked at the moment; undefined when it may be. */
  readonly ready: () => string | undefined;
  readonly onFault: Alarm;
  readonly count?: Deciding['count'];
};

export type RouteLimits = BodyLimits & {
  /** Milliseconds that a decision may take. */
  readonly decision: number;
};

/**
 * Answers `POST /review`, and for probes `GET /livez` and `GET /readyz`. Where clients have to be known, only who posts a
 * review is: a kubelet has no certificate. Rejects when a request ends before its body.
 */
export const createRoutes = (
  { ready, review, onFault, count }: AdmissionRoutes,
  knowsClients: boolean,
  limits: RouteLimits,
): ((request: IncomingMessage) => Promise<Answer>) => {
  const readBody = createBodyReader(limits);
  const deciding = { review, onFault, count, patience: limits.decision };
  const takeReview = async (request: IncomingMessage): Promise<Answer> => {
    if (knowsClients && !isKnown(request)) return sayPlainly(401, whoAreYou);
    if (!isJson(request)) return sayPlainly(415, 'Send an AdmissionReview as application/json.');
    const body = await readBody(request);
    switch (body.type) {
      case 'too-large':
        count?.('unreadable');
        return sayPlainly(413, `Send at most ${limits.body} bytes.`);
      case 'crowded':
        count?.('failed');
        return sayPlainly(503, 'Too much is being reviewed at once. Try again.');
      case 'whole':
        return answerReview(body.bytes, deciding, body.release);
    }
  };
  return async (request) => {
    const asked = askedFor(request);
    if (asked === 'POST /review') return takeReview(request);
    return answerProbe(asked, ready) ?? sayPlainly(404, 'Here are POST /review, GET /livez and GET /readyz.');
  };
};
