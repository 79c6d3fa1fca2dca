import type { Delivery } from './delivery.ts';
import type { OutcomeAnswer, SuggestAnswer } from './page-api.ts';

/** What came of a person's act; `delivery` is there when the app was asked. */
export type Outcome = OutcomeAnswer & { delivery?: Delivery };
export type Suggestions = SuggestAnswer & { delivery?: Delivery };
