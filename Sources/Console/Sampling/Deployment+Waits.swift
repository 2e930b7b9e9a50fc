internal import Cronmill
internal import Postgres

extension Deployment {
    /// For who asks all the time: it waits two seconds for what it asks.
    var impatient: Deployment { waiting(.seconds(2)) }

    /// For what a person asks for, or does, and waits for.
    var patient: Deployment { waiting(.seconds(30)) }

    private func waiting(_ longest: Duration) -> Deployment {
        var deployment = self
        deployment.statementTimeout = longest
        // The largest that a page has is one payload.
        deployment.answerLimit = AnswerLimit(bytes: 16 << 20)
        deployment.cron = cron.hurried
        deployment.work = work.hurried
        deployment.exceptions = exceptions.mapValues(\.hurried)
        return deployment
    }
}

extension ConnectionInfo {
    /// With libpq's shortest wait for a connection, and an end of one whose other end is cut off, which its server cannot
    /// tell; unless others are wanted.
    fileprivate var hurried: ConnectionInfo {
        var target = self
        let waits = [
            "connect_timeout": "2", "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3",
            "tcp_user_timeout": "10000",
        ]
        for (keyword, value) in waits where target[keyword] == nil { target[keyword] = value }
        return target
    }
}

/// Does something, and gives it up if it takes longer: a function of a database's owner may catch every cancel.
///
/// - Throws: what it throws; `CancellationError` where it was given up.
func within<Value: Sendable>(
    _ longest: Duration,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: longest)
            return nil
        }
        guard let value = try await group.next() ?? nil else { throw CancellationError() }
        return value
    }
}
