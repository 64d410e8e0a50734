/** A screening, and whose its seats are: plain types and functions, which import nothing. */
export type Seat = { readonly screening: string; readonly seat: string; readonly member: string };
export type BookSeat = { readonly type: 'BookSeat'; readonly data: Seat };
export type SeatBooked = { readonly type: 'SeatBooked'; readonly data: Seat };
export type Screening = { readonly memberIn: Readonly<Record<string, string>> };

export const initial: Screening = { memberIn: {} };

export function decide({ data }: BookSeat, { memberIn }: Screening): readonly SeatBooked[] {
  const { seat, member } = data;
  if (!/^[A-E][1-8]$/.test(seat)) throw new BookingRefusedError('no-such-seat', seat);
  if (memberIn[seat] === member) return [];
  if (memberIn[seat] !== undefined) throw new BookingRefusedError('seat-taken', seat);
  return [{ type: 'SeatBooked', data }];
}

export function evolve({ memberIn }: Screening, { data }: SeatBooked): Screening {
  return { memberIn: { ...memberIn, [data.seat]: data.member } };
}

export class BookingRefusedError extends Error {
  override readonly name = 'BookingRefusedError';
  readonly code: 'no-such-seat' | 'seat-taken';

  constructor(code: 'no-such-seat' | 'seat-taken', seat: string) {
    super(code === 'seat-taken' ? `Seat ${seat} is taken.` : `Seats are A1 to E8, not ${seat}.`);
    this.code = code;
  }
}
