import type { Event } from './event.js';
import type { Frame } from './frame.js';

/** The data of a `PollUpdateEvent`; only the first of a poll says what its reader voted. */
export function pollData({ poll, first, at }: Event<'poll-updated'>) {
  const elapsed = Math.floor((at - poll.startedAt) / 1000);
  return {
    poll: {
      title: poll.title,
      options: poll.options,
      duration: poll.durationSeconds,
      remaining: Math.max(0, poll.durationSeconds - elapsed),
      result_display_duration: 15,
      ...(first && { has_voted: false, voted_option_id: null }),
    },
  };
}

export function predictionFrame(event: Event<'prediction-created' | 'prediction-updated'>): Frame {
  const { channel, prediction, type, at } = event;
  const points = prediction.outcomes.reduce((sum, outcome) => sum + outcome.points, 0);
  return {
    channel: `predictions-channel-${channel.id}`,
    event: type === 'prediction-created' ? 'PredictionCreated' : 'PredictionUpdated',
    data: {
      prediction: {
        id: prediction.id,
        channel_id: channel.id,
        title: prediction.title,
        state: prediction.state,
        outcomes: prediction.outcomes.map((outcome) => ({
          id: outcome.id,
          title: outcome.title,
          total_vote_amount: outcome.points,
          vote_count: outcome.votes,
          return_rate: outcome.points === 0 ? 0 : points / outcome.points,
        })),
        duration: prediction.durationSeconds,
        winning_outcome_id: prediction.winningOutcomeId,
        created_at: new Date(prediction.createdAt).toISOString(),
        updated_at: new Date(at).toISOString(),
        locked_at: prediction.lockedAt === null ? null : new Date(prediction.lockedAt).toISOString(),
      },
    },
  };
}

export function goalFrame({ channel, goal, at }: Event<'goal-progressed'>): Frame {
  const achieved = goal.current >= goal.target;
  return {
    channel: `channel_${channel.id}`,
    event: 'GoalProgressUpdateEvent',
    data: {
      id: goal.id,
      // Not the channel's number: goals name it by an id of their own kind.
      channel_id: `channel_01SANDBOX${channel.id}`,
      type: goal.type,
      target_value: goal.target,
      current_value: goal.current,
      progress_bar_emoji_id: 'chnl-goal-emotes/2',
      status: achieved ? 'achieved' : 'active',
      created_at: new Date(goal.createdAt).toISOString(),
      updated_at: new Date(at).toISOString(),
      achieved_at: achieved ? new Date(at).toISOString() : null,
      end_date: null,
      count_from_creation: true,
    },
  };
}
