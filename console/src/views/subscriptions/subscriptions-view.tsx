export function SubscriptionsView() {
  return <p>subscriptions</p>;
}
