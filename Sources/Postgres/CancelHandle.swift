internal import CLibpq
internal import Glibc

/// What is needed to cancel a connection's statement from another thread. PQcancel is thread-safe; the handle is never
/// changed between its making and its freeing.
final class CancelHandle: @unchecked Sendable {
    private let handle: OpaquePointer
    private let socket: Int32

    init?(_ connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return nil }
        self.handle = handle
        socket = PQsocket(connection)
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

    /// Ends the connection from here, for a statement that catches every cancel: who waits for it gets an error. Only while a
    /// statement is under way, when the socket is still that of the connection.
    func abandon() { shutdown(socket, Int32(SHUT_RDWR)) }
}
