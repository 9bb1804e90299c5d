/** The root fields of subscriptions, and their events. */
export { eventIdOf, Subscriptions } from "./subscription.ts";
