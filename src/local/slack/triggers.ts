/** A trigger lives three seconds and opens one view (docs.slack.dev/interactivity/handling-user-interaction, 2025). */
export const triggerLife = Temporal.Duration.from({ seconds: 3 });

export type Trigger = {
  id: string;
  userId: string;
  issuedAt: Temporal.Instant;
  viewId: string | null;
  isUsed: boolean;
};
export type Exchange =
  | { ok: true; trigger: Trigger }
  | { ok: false; error: 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id' };

export type Triggers = {
  issue: (userId: string, viewId?: string) => string;
  /** Checks without using it up: a refused view leaves its trigger usable. */
  check: (id: string) => Exchange;
  use: (trigger: Trigger) => void;
};

export const createTriggers = (now: () => Temporal.Instant, newId: (prefix: string) => string): Triggers => {
  const triggers = new Map<string, Trigger>();
  return {
    issue: (userId, viewId) => {
      const id = `${now().epochMilliseconds}.${triggers.size + 1}.${newId('').toLowerCase()}`;
      triggers.set(id, { id, userId, issuedAt: now(), viewId: viewId ?? null, isUsed: false });
      return id;
    },
    check: (id) => {
      const trigger = triggers.get(id);
      if (trigger === undefined) return { ok: false, error: 'invalid_trigger_id' };
      if (trigger.isUsed) return { ok: false, error: 'exchanged_trigger_id' };
      const late = Temporal.Instant.compare(now(), trigger.issuedAt.add(triggerLife)) > 0;
      return late ? { ok: false, error: 'expired_trigger_id' } : { ok: true, trigger };
    },
    use: (trigger) => {
      trigger.isUsed = true;
    },
  };
};
