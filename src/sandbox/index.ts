/** `kickbot/sandbox`: a local Kick to try bots and plugins on. */
export { type AudienceOptions, startAudience } from './audience.js';
export {
  type ChaosProxy,
  type ChaosProxyOptions,
  type ProxiedConnection,
  type Refusing,
  startChaosProxy,
} from './chaos-proxy.js';
export { FaultSwitch } from './faults.js';
export type { Frame } from './feed/frame.js';
export { chatMessage, framesOf } from './feed/frames.js';
export type { Provider, RealtimeSettings } from './feed/realtime-settings.js';
export type { HandshakeFault } from './feed/socket-server.js';
export { cloudflareBlock, type HttpFault, securityPolicyBlock } from './http/http-faults.js';
export type { RecordedRequest, RequestLog } from './http/request-log.js';
export type { App, AppRegistration } from './oauth/apps.js';
export type { Scope } from './oauth/scopes.js';
export type { RefreshPolicy, TokenReply, Tokens } from './oauth/tokens.js';
export { type Feed, type Sandbox, type SandboxOptions, startSandbox } from './sandbox.js';
export type { ConsentOptions } from './scripted-browser.js';
export type {
  Delivery,
  DeliveryOverrides,
  WebhookFault,
  WebhookRequest,
} from './webhooks/deliveries.js';
export { type WebhookPayload, webhookOf } from './webhooks/payloads.js';
export type { ChannelRef, UserRef } from './world/directory.js';
export type { DropClaim, Drops } from './world/drops.js';
export type {
  EventSubscription,
  EventSubscriptions,
  SubscribableEvent,
} from './world/event-subscriptions.js';
export { kicksGifts } from './world/kicks-gifts.js';
export { Refusal, type RefusalCode } from './world/refusal.js';
export type { DecisionFailure, RewardChange, Rewards } from './world/rewards.js';
export type * from './world/state.js';
export { World } from './world/world.js';
export type { WorldEvent } from './world/world-event.js';
