internal import CLibpq

/// What is needed to cancel a connection's statement from another thread. PQcancel is thread-safe; the handle is never
/// changed between its making and its freeing.
final class CancelHandle: @unchecked Sendable {
    private let handle: OpaquePointer

    init?(_ connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return nil }
        self.handle = handle
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Asks the server to cancel, and returns when it has passed the request on. Opens a connection of its own; blocks.
    func send() {
        var message = [CChar](repeating: 0, count: 256)
        // A request that fails is repeated for as long as the statement runs; there is nobody to tell.
        _ = PQcancel(handle, &message, Int32(message.count))
    }
}
