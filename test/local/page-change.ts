import type { App } from '@slack/bolt';
import type { KnownBlock, ModalView, RichTextBlock } from '@slack/types';

const words = (text: string) => ({ type: 'plain_text' as const, text });

/** What a card of a change shows, as its lines are. */
export const changeDiff = `--- Ingress shop-front/shop
+++ Ingress shop-front/shop for 10 minutes
@@ spec.rules[0].http.paths @@
   - path: /
     pathType: Prefix
     backend: { service: { name: web, port: { number: 80 } } }
+  - path: /maintenance
+    pathType: Exact
+    backend: { service: { name: maintenance-page-for-the-checkout-of-the-shop-while-it-is-being-moved, port: { number: 80 } } }
-  - path: /checkout
-    pathType: Prefix
   tls:

+  note: as agreed with those`;

/** The rest of a diff that is too long for one block, from within a line of it. */
export const goingOn = `↪ who run the checkout
+  owner: web
   rules:`;

/** Follows a diff, and is none. */
export const aside = `Look:
-n shop-front get ingress`;

/** Signs at the beginning of lines, and no diff. */
export const ordinaryText = `- name: web
  ports:
    - 8080
---
-5 °C at night, +3 °C by day`;

/** A diff of so many lines, one in five of them added or removed. */
export const longDiff = (lines: number): string =>
  Array.from({ length: lines }, (_, index) => {
    if (index === 0) return '--- ConfigMap shop-front/catalogue';
    if (index === 1) return '+++ ConfigMap shop-front/catalogue';
    const sign = index % 10 === 3 ? '-' : index % 10 === 4 ? '+' : ' ';
    return `${sign} item-${String(index + 1).padStart(4, '0')}: { price: ${index * 7}, stock: ${index % 13} }`;
  }).join('\n');

const preformatted = (text: string, language?: string): KnownBlock => {
  const part = { type: 'rich_text_preformatted' as const, elements: [{ type: 'text' as const, text }] };
  const block: RichTextBlock = {
    type: 'rich_text',
    elements: [language === undefined ? part : Object.assign(part, { border: 1, language })],
  };
  return block;
};

const changeCard: KnownBlock[] = [
  { type: 'header', text: words('Change Ingress · shop-front') },
  { type: 'section', text: { type: 'mrkdwn', text: '⏳ *Waiting for a decision* · a path for ten minutes' } },
  preformatted(changeDiff),
  preformatted(goingOn),
  preformatted(aside),
  preformatted(ordinaryText),
  {
    type: 'actions',
    elements: [
      { type: 'button', action_id: 'yes', style: 'primary', text: words('Approve') },
      { type: 'button', action_id: 'full-diff', text: words('Full diff'), value: '0' },
    ],
  },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'Request *k7m2-qx* · revision 1' }] },
];

const pageLines = 60;

/** The whole diff in a modal, one page of it. */
const pageOf = (lines: string[], page: number): ModalView => ({
  type: 'modal',
  title: words('Full diff'),
  close: words('Close'),
  blocks: [
    {
      type: 'context',
      elements: [{ type: 'mrkdwn', text: `Page ${page + 1} of ${Math.ceil(lines.length / pageLines)}` }],
    },
    preformatted(lines.slice(page * pageLines, (page + 1) * pageLines).join('\n'), 'diff'),
    {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'turn-page', text: words('Next page'), value: String(page + 1) }],
    },
  ],
});

/** A card with a diff, its files in the thread, and the whole diff in a modal page by page. */
export const registerChange = (app: App): void => {
  const whole = longDiff(300).split('\n');
  app.command('/jit', async ({ ack, body, client, command, next }) => {
    if (command.text !== 'change') return next();
    await ack();
    const posted = await client.chat.postMessage({
      channel: body.channel_id,
      text: 'A change',
      blocks: changeCard,
      metadata: { event_type: 'hallpass_card', event_payload: { request: 'k7m2-qx', revision: 1 } },
    });
    const file = (filename: string, title: string, content: string) =>
      client.files.uploadV2({ channel_id: body.channel_id, thread_ts: posted.ts ?? '', filename, title, content });
    await file('long.diff', 'The whole diff', longDiff(5_000));
    await file('notes.txt', 'Notes', ordinaryText);
  });
  app.action('full-diff', async ({ ack, body, client }) => {
    await ack();
    if (body.type === 'block_actions') await client.views.open({ trigger_id: body.trigger_id, view: pageOf(whole, 0) });
  });
  app.action('turn-page', async ({ ack, action, body, client }) => {
    await ack();
    if (body.type === 'block_actions' && action.type === 'button' && body.view)
      await client.views.update({ view_id: body.view.id, view: pageOf(whole, Number(action.value)) });
  });
};
