internal import Postgres
internal import SQLFiles

/// An installation of PartitionCache that is to be taken over.
public struct PartitionCacheRequest: Sendable, Hashable {
    /// What the names of its tables begin with: `<prefix>_processor_config`. Default the one there is.
    public var prefix: String?
    /// Names of its configuration that are taken over; none means all of the database.
    public var names: [String] = []
    /// Role the queries run as. Default that of the old jobs, unless it is a superuser.
    public var runAs: String?
    /// Type of the values of results. Default that of the fragments that wait, or bigint.
    public var resultType: String?
    /// Whose tables results are kept in. Default PartitionCache's own, so that its library goes on reading them.
    public var layout: QueryRequest.Layout?
    /// Path in which names of the queries are looked up. Default that of the old jobs' role in that database.
    public var searchPath: SearchPath?
    /// Name of the queue and its processor, for one of `names`. Default the name there.
    public var queue: ObjectName?
    /// Whether fragments are taken over that would fail.
    public var acceptsFailing = false

    /// A request for all of a database.
    public init() {}
}

/// A row of `<prefix>_processor_config`.
struct PartitionCacheConfig: Sendable {
    /// The table it is in, quoted and schema-qualified.
    var table: String
    var database: String
    /// Its `job_name`; jobs are named `<job_name>_<n>`.
    var name: String
    var isEnabled: Bool
    var slots: Int
    /// Seconds between two runs of a job.
    var frequency: Int
    var timeout: Int
    var tablePrefix: String
    var queuePrefix: String
    var resultLimit: Int?
    /// How it keeps results: array, bit, roaringbit.
    var backend: String
    /// What else it says, `cache_backend bit`, of which there is no equivalent.
    var others: [String]

    private static let columns = [
        "job_name", "enabled", "max_parallel_jobs", "frequency_seconds", "timeout_seconds", "table_prefix",
        "queue_prefix",
    ]

    /// The rows about a work database that are in the database of the session, and why a table was not read: anybody may
    /// have made one of such a name.
    static func find(
        prefix: String?,
        target: String,
        session: Session
    ) throws -> (configs: [PartitionCacheConfig], refusal: CronmillError?) {
        let tables: [String] = try session.query(
            .configTables(prefix: prefix, columns: columns, columnCount: columns.count)
        ).map { try $0.get("name") }
        var configs: [PartitionCacheConfig] = []
        var refusal: CronmillError?
        for table in tables {
            do {
                try TableTrust(session).check(table)
            } catch let error as CronmillError {
                refusal = refusal ?? error
                continue
            } catch let error as PostgresError where error.sqlState == .undefinedTable {
                // Dropped since it was listed.
                continue
            }
            configs += try session.query(.configs(columns: columns, target: target, config: "\(unsafeRaw: table)")).map
            { row in
                try PartitionCacheConfig(
                    table: table,
                    database: session.database,
                    name: row.get("job_name"),
                    isEnabled: row.get("enabled"),
                    slots: row.get("max_parallel_jobs"),
                    frequency: row.get("frequency_seconds"),
                    timeout: row.get("timeout_seconds"),
                    tablePrefix: row.get("table_prefix"),
                    queuePrefix: row.get("queue_prefix"),
                    resultLimit: row.get("result_limit"),
                    backend: row.get("backend"),
                    others: row.get("others")
                )
            }
        }
        return (configs, refusal)
    }

    /// Its jobs in `cron.job`, as a condition on `j`. A name of 63 bytes may have been cut by pg_cron.
    static func areJobs(of name: String, in database: String) -> SQL {
        """
        j.database = \(database) and (
            (
                starts_with(j.jobname::text, concat(\(name)::text, '_'))
                and substr(j.jobname::text, length(\(name)::text) + 2) ~ '^[0-9]+$'
            )
            or (octet_length(j.jobname::text) = 63 and starts_with(concat(\(name)::text, '_'), j.jobname::text))
        )
        """
    }

    /// The schedule that comes nearest to what was wanted, and what is lost by it.
    func schedule(hasSeconds: Bool) throws -> (Schedule, remark: String?) {
        do throws(ScheduleError) {
            let exact = try Schedule(every: .seconds(frequency))
            if hasSeconds || !exact.usesSeconds { return (exact, nil) }
        } catch {
            // Then there is none, and it is said what there is instead.
        }
        let everyMinute = try Schedule("* * * * *")
        let why =
            frequency < 60
            ? "this pg_cron has no schedule in seconds, so runs start every minute, and each goes on to the next"
            : "no schedule says that, and it never was so: pg_cron read */\(frequency) as minutes; runs start every minute"
        return (everyMinute, "\(name): every \(frequency) s: \(why).")
    }
}
