import Synchronization

/// Something that is so until it is over.
final class Flag: Sendable {
    private let value: Mutex<Bool>

    init(_ isUp: Bool) {
        value = Mutex(isUp)
    }

    var isUp: Bool { value.withLock { $0 } }

    func lower() { value.withLock { $0 = false } }
}
