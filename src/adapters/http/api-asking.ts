import type { Json } from '#domain/json.ts';
import { seeWhole } from '#use-cases/act-on-request.ts';
import { askByToken, previewByToken, type TokenRefusal } from '#use-cases/ask-by-token.ts';
import { readContent } from '#use-cases/contents.ts';
import { accountOf, nameOf } from '#use-cases/principal.ts';
import { listByToken } from '#use-cases/see-by-token.ts';
import { createAllowance } from './allowance.ts';
import { readAsk } from './api-ask.ts';
import { operations } from './api-operations.ts';
import { altered, crowded, notFiledProblem, notThere, type Refused, tooOften } from './api-problems.ts';
import { type Api, type ApiParts, refuse, type Tools } from './api-tools.ts';
import { diffOf, previewOf } from './api-view.ts';

/** Each that is filed costs room in the store and a look of those who decide, though it is taken back at once. */
const filedPerHour = 300;

/** What everybody who is known may do: ask, and look at what one may see. */
export const serveAsking = (app: Api, parts: ApiParts, { view, seen }: Tools): void => {
  const { ports, waiting } = parts;
  const filings = createAllowance(filedPerHour, 3_600_000);
  app.openapi(operations.who, (context) => {
    const principal = context.get('principal');
    const { kinds } = ports.settings();
    return context.json(
      {
        type: principal.type,
        name: principal.type === 'caller' ? principal.caller.name : principal.person,
        responsible: accountOf(principal),
        agent: principal.type === 'caller' && principal.caller.isAgent,
        mayDecide: principal.type === 'person' && principal.mayDecide,
        kinds: kinds.map(({ name, title, usage }) => ({ name, title, usage })),
        clusters: [...ports.clusters.keys()],
      },
      200,
    );
  });

  app.openapi(operations.ask, async (context) => {
    const principal = context.get('principal');
    const key = context.req.valid('header')['idempotency-key'] ?? parts.anyKey();
    const asking = readAsk(ports, principal, context.req.valid('json'));
    if (!asking.ok) return refuse(context, notFiledProblem(asking.error, asking.error.why));
    const who = nameOf(principal);
    if (!filings.isLeft(who)) return refuse(context, tooOften);
    const asked = await askByToken(ports, principal, { ...asking.value, key });
    if (!asked.ok) return refuse(context, sayRefusal(parts, asked.error));
    const { chain, isNew } = asked.value;
    if (isNew) filings.take(who);
    context.header('location', `/v1/requests/${chain.request.asked.id}`);
    return isNew ? context.json(view(chain), 201) : context.json(view(chain), 200);
  });

  app.openapi(operations.preview, async (context) => {
    const principal = context.get('principal');
    const asking = readAsk(ports, principal, context.req.valid('json'));
    if (!asking.ok) return refuse(context, notFiledProblem(asking.error, asking.error.why));
    const found = await previewByToken(ports, principal, { ...asking.value, key: '' });
    return found.ok
      ? context.json(previewOf(found.value, asking.value.ask), 200)
      : refuse(context, sayRefusal(parts, found.error));
  });

  app.openapi(operations.list, async (context) => {
    const { open } = context.req.valid('query');
    const requests = (await listByToken(ports, context.get('principal'))).map(view);
    return context.json({ requests: open === 'true' ? requests.filter(({ isOver }) => !isOver) : requests }, 200);
  });

  app.openapi(operations.get, async (context) => {
    const { id } = context.req.valid('param');
    const { wait = 0, after } = context.req.valid('query');
    const first = await seen(context, id);
    if (first === undefined) return refuse(context, notThere(id));
    const { asked } = first.request;
    const from = after ?? first.entries.length;
    if (wait === 0 || first.entries.length > from || view(first).isOver) return context.json(view(first), 200);
    const who = nameOf(context.get('principal'));
    const waited = await waiting.until(asked.id, from, wait * 1_000, context.req.raw.signal, who);
    if (waited === 'crowded') return refuse(context, crowded);
    const now = await seen(context, id);
    return now === undefined ? refuse(context, notThere(id)) : context.json(view(now), 200);
  });

  app.openapi(operations.diff, async (context) => {
    const { id } = context.req.valid('param');
    const chain = await seen(context, id);
    if (chain === undefined) return refuse(context, notThere(id));
    const { asked } = chain.request;
    const shown = await readContent(ports, asked);
    if (shown.type === 'unreadable') return refuse(context, altered);
    const principal = context.get('principal');
    // Whoever may not decide has only read it.
    if (principal.type === 'person' && principal.mayDecide)
      await seeWhole(ports, { by: principal.person, id: asked.id, revision: asked.revision });
    const kind = ports.settings().kinds.find(({ name }) => name === asked.kind);
    const description = kind?.describe(asked.ask as Json);
    const said = description?.ok === true ? description.value : undefined;
    return context.json(diffOf(chain.request, shown.type === 'shown' ? shown.content : undefined, said), 200);
  });
};

const sayRefusal = ({ sayNotFiled }: ApiParts, refusal: TokenRefusal): Refused =>
  notFiledProblem(
    refusal,
    refusal.type === 'key-reused'
      ? `This key was used for ${refusal.id}, which asks for something else. Take another key for another request.`
      : sayNotFiled(refusal),
  );
