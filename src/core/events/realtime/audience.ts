import { z } from 'zod';
import { bare, decoder, number, optional, time } from './fields.js';

/** `App\Events\PollUpdateEvent`, about once a second while votes come in. */
export const pollUpdate = decoder(
  z.object({
    poll: z.object({
      title: z.string(),
      options: z.array(z.object({ id: number, label: z.string(), votes: number.catch(0) })),
      duration: number.catch(0),
      remaining: number.catch(0),
    }),
  }),
  ({ poll: { title, options, duration, remaining } }, frame) => ({
    ...frame,
    type: 'poll.updated',
    title,
    options,
    durationSeconds: duration,
    remainingSeconds: remaining,
  }),
);

/** `App\Events\PollDeleteEvent`. */
export const pollDelete = bare((frame) => ({ ...frame, type: 'poll.deleted' }));

const id = z.union([z.string().min(1), z.number().transform(String)]);

const Prediction = z
  .object({
    id,
    title: z.string(),
    state: z.string().transform((state) => state.toUpperCase()),
    outcomes: z.array(
      z.object({ id, title: z.string(), total_vote_amount: number.catch(0), vote_count: number.catch(0) }),
    ),
    winning_outcome_id: optional(id),
    created_at: time,
    updated_at: time,
  })
  .transform(({ id, title, state, outcomes, winning_outcome_id, created_at, updated_at }) => ({
    created_at,
    updated_at,
    prediction: {
      id,
      title,
      state,
      outcomes: outcomes.map((outcome) => ({
        id: outcome.id,
        title: outcome.title,
        points: outcome.total_vote_amount,
        votes: outcome.vote_count,
      })),
      ...(winning_outcome_id !== undefined && { winningOutcomeId: winning_outcome_id }),
    },
  }));
/** Readers of the feed disagree whether it is wrapped. */
const MaybeWrapped = z.union([
  z.object({ prediction: Prediction }).transform(({ prediction }) => prediction),
  Prediction,
]);

/** `PredictionCreated`. */
export const predictionCreated = decoder(MaybeWrapped, ({ prediction, created_at }, frame) => ({
  ...frame,
  type: 'prediction.created',
  createdAt: created_at ?? frame.createdAt,
  prediction,
}));

/** `PredictionUpdated`: votes, the lock, the outcome or the end. */
export const predictionUpdated = decoder(MaybeWrapped, ({ prediction, updated_at }, frame) => ({
  ...frame,
  type: 'prediction.updated',
  createdAt: updated_at ?? frame.createdAt,
  prediction,
}));

/** `GoalProgressUpdateEvent` and the other events of a goal's life. */
export const goal = decoder(
  z.object({
    id: z.string().min(1),
    type: z.string(),
    current_value: number,
    target_value: number,
    status: z.string().catch(''),
    updated_at: time,
  }),
  ({ id, type, current_value, target_value, status, updated_at }, frame) => ({
    ...frame,
    type: 'goal.updated',
    createdAt: updated_at ?? frame.createdAt,
    goalId: id,
    goalType: type,
    current: current_value,
    target: target_value,
    status,
  }),
);
