import type { Button } from '@slack/types';
import type { Request } from '#domain/request/request.ts';
import { cut } from '#domain/text.ts';
import { actions, buttonValue } from './action-ids.ts';
import { button } from './blocks.ts';
import { more } from './excerpt.ts';

/** The buttons that make sense in a request's state; none once it is over, while it is applied, or while it is ended. */
export const buttonsOf = ({ asked, state }: Request, cautions: readonly string[]): readonly Button[] => {
  const value = buttonValue(asked);
  if (state.status === 'pending') {
    return [
      approve(value, cautions),
      button({ text: 'Deny', action: actions.deny, value, style: 'danger' }),
      button({ text: 'Withdraw', action: actions.withdraw, value }),
    ];
  }
  if (state.status === 'active' && state.ending === undefined) {
    return [
      button({ text: 'Done', action: actions.done, value }),
      button({ text: 'Revoke', action: actions.revoke, value, style: 'danger' }),
    ];
  }
  return [];
};

/** A second look is asked for only where there is something to look at: a dialog at each click is clicked away unread. */
const approve = (value: string, [worst, ...rest]: readonly string[]): Button => {
  const settings = { text: 'Approve', action: actions.approve, value, style: 'primary' } as const;
  if (worst === undefined) return button(settings);
  const others = rest.length === 0 ? '' : ` And ${more(rest.length, 'caution')} on the card.`;
  return button({
    ...settings,
    confirm: { title: 'Approve this?', text: `⚠️ ${cut(worst, 250)}${others}`, yes: 'Approve', no: 'Look again' },
  });
};
