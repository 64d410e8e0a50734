/**
 * How the gateway treats an order, by a rule on its number alone, so that the same order fares the
 * same in every run: 2 % are declined, 2 % are answered late, and of 1 % the answer is lost after
 * the money was taken. Late and lost are only the first answers: who asks again is answered.
 */
import { hash } from 'node:crypto';

export type Behaviour = 'answers' | 'declines' | 'answers-late' | 'loses-the-answer';

export function behaviourFor(orderId: string): Behaviour {
  const place = Number.parseInt(hash('sha256', orderId).slice(0, 8), 16) % 100;
  if (place < 2) return 'declines';
  if (place < 4) return 'answers-late';
  if (place < 5) return 'loses-the-answer';
  return 'answers';
}
