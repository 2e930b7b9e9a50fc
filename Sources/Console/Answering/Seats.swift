internal import Synchronization

/// How many may listen at once: each has a connection for as long as he looks.
final class Seats: Sendable {
    /// One of them, free again when nothing holds it.
    final class Seat: Sendable {
        private let seats: Seats

        fileprivate init(_ seats: Seats) { self.seats = seats }

        deinit { seats.taken.withLock { $0 -= 1 } }
    }

    private let taken = Mutex(0)

    static let most = 64

    /// Nil if all are taken.
    func take() -> Seat? {
        let isFree = taken.withLock { taken in
            guard taken < Self.most else { return false }
            taken += 1
            return true
        }
        return isFree ? Seat(self) : nil
    }
}
