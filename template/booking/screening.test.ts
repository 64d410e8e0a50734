import { test } from 'node:test';
import { given } from 'thereupon/testing';
import * as screening from './screening.ts';

const wanted = (seat: string, member: string) => ({ screening: 'casablanca', seat, member });
const book = (seat: string, member: string) =>
  ({ type: 'BookSeat', data: wanted(seat, member) }) as const;
const booked = { type: 'SeatBooked', data: wanted('C4', 'ada') } as const;

test('a free seat is booked', () => {
  given(screening).when(book('C4', 'ada')).then([booked]);
});

test('a seat is sold once', () => {
  given(screening, [booked]).when(book('C4', 'grace')).thenRefused({ code: 'seat-taken' });
});

test('whoever asks again for her own seat has it already', () => {
  given(screening, [booked]).when(book('C4', 'ada')).thenNothing();
});

test('a seat that the cinema does not have is refused', () => {
  given(screening).when(book('Z9', 'ada')).thenRefused({ code: 'no-such-seat' });
});
