internal import struct FoundationEssentials.Data
internal import class FoundationEssentials.JSONEncoder

/// What a work database says of a processor, a fact by which `cronmill_cron.judged` judges it.
///
/// A work database is not trusted with the names of others, nor to say times that are none.
struct ProcessorFact: Sendable, Encodable {
    let database: String
    let processor: String
    /// The moment of these, in seconds since 1970, as are all times.
    let at: Double
    let oldestReadyAt: Double?
    /// When the slot last ran that has not for longest, of those that do not run; zero for never, nil if all run.
    let quietSince: Double?
    let failed: Int
    let attempts: Int

    init(
        database: String,
        processor: String,
        at: Double,
        oldestReadyAt: Double?,
        quietSince: Double?,
        failed: Int,
        attempts: Int
    ) {
        // In the years that a calendar has.
        let time = { (seconds: Double) in seconds.isFinite ? min(max(seconds, 0), 1e11) : 0 }
        self.database = database
        self.processor = processor
        self.at = time(at)
        self.oldestReadyAt = oldestReadyAt.map(time)
        self.quietSince = quietSince.map(time)
        self.failed = max(0, failed)
        self.attempts = max(0, attempts)
    }

    private enum CodingKeys: String, CodingKey {
        case database = "database_name"
        case processor
        case at = "of_at"
        case oldestReadyAt = "oldest_ready_at"
        case quietSince = "quiet_since"
        case failed, attempts
    }
}

extension [ProcessorFact] {
    /// As `cronmill_cron.processor_jobs` takes them.
    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}
