internal import Cronmill
internal import HTTPTypes

/// Figures of the server and yes-or-no questions about it, for load balancers and monitoring.
extension Console {
    /// One of the figures, for who is logged in or has the token.
    func figures(
        _ call: Call,
        _ json: (Figures) throws(Problem) -> JSON
    ) async throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        return .json(try json(try Figures(try await visible(to: call), at: call.now)))
    }

    /// What the one who asks may see.
    ///
    /// - Throws: `Problem` for who may see nothing.
    private func visible(to call: Call) async throws(Problem) -> Snapshot {
        if let viewer = await access.viewer(of: call) { return snapshot().seen(by: viewer) }
        guard await access.mayReadMetrics(call) else { throw .figuresToken }
        return snapshot()
    }

    /// Whether the server takes writes.
    func isPrimary(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        return .status(try Figures(snapshot(), at: call.now).isPrimary)
    }

    /// Whether a standby streams and is not far behind.
    func hasReplica(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: ["lag"])
        let lag = try call.query["lag"].map { text throws(Problem) in try Self.bytes(text) } ?? 16 << 20
        return .status(try Figures(snapshot(), at: call.now).hasReplica(within: lag))
    }

    /// Bytes as PostgreSQL's settings have them: `16MB`; a bare number is bytes.
    private static func bytes(_ text: String) throws(Problem) -> Int64 {
        let units: [String: Int64] = ["": 1, "B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40]
        guard let parts = text.wholeMatch(of: /([0-9]{1,6})(|B|kB|MB|GB|TB)/), let count = Int64(parts.output.1),
            let unit = units[String(parts.output.2)]
        else { throw .badRequest("lag is a number of bytes, as in 16MB: B, kB, MB, GB, TB.") }
        return count * unit
    }
}

extension Answer {
    /// A yes or no, which everybody may have.
    static func status(_ isWell: Bool) -> Answer {
        let status: Health.Status = isWell ? .pass : .fail
        return .json(["status": .string(status.rawValue)], status: isWell ? .ok : .serviceUnavailable)
    }
}
