internal import CLibpq

/// Passes libpq's notices on. libpq keeps a pointer to it, so it must live as long as the connection.
final class NoticeReceiver: Sendable {
    private let database: String?
    private let receive: @Sendable (Notice) -> Void

    init(database: String?, receive: @escaping @Sendable (Notice) -> Void) {
        self.database = database
        self.receive = receive
    }

    func install(on connection: OpaquePointer) {
        PQsetNoticeReceiver(
            connection,
            { receiver, result in
                guard let receiver, let result else { return }
                Unmanaged<NoticeReceiver>.fromOpaque(receiver).takeUnretainedValue().forward(result)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private func forward(_ result: OpaquePointer) {
        receive(ServerFields(result: result).notice(database: database))
    }
}
