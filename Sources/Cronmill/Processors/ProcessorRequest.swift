/// What a user asks of a processor: what is nil stays as it is, or is the default for a new one.
public struct ProcessorRequest: Sendable, Hashable {
    /// Name of the processor; a new one is named after its queue.
    public var processor: ObjectName?
    /// Its queue, made if it is missing. Nil when an existing processor is configured.
    public var queue: ObjectName?
    /// The handler as typed: `app.send_email` or `app.send_email(jsonb)`.
    public var handler: String?
    /// Parallel jobs, 1 or more. Default 1.
    public var slots: Int?
    /// When pg_cron starts its jobs. Default every minute.
    public var schedule: Schedule?
    /// A task that takes longer is stopped. Default 30 minutes.
    public var timeout: Duration?
    /// Attempts after which a task is dead. Default 5.
    public var maxAttempts: Int?
    /// Delay before the second attempt, doubled with each further one. Default 5 seconds.
    public var backoffBase: Duration?
    /// Longest delay between two attempts, give or take a fifth. Default an hour.
    public var backoffCap: Duration?
    /// How often a lingering run looks into its queue, 1 ms to a minute. Default 20 ms.
    public var pollInterval: Duration?
    /// Whether each task has a transaction of its own. Default no: those of a batch share one.
    public var isAlone: Bool?
    /// What the handler's names are looked for in. Default `public, pg_temp`.
    public var searchPath: SearchPath?
    /// How long finished tasks are kept; zero: they are not, which is the default.
    public var keepDone: Duration?
    /// How long dead tasks are kept; zero: until they are redriven or purged, which is the default.
    public var keepDead: Duration?
    /// How long failed attempts are kept; zero: they are not, which is the default.
    public var keepAttempts: Duration?
    /// Time without a task after which its slots give back their place in pg_cron; zero: never, which is the default.
    public var sleepAfter: Duration?
    /// Length of a run. Default tick.
    public var linger: Linger?
    /// Role the handler runs as. Default the connecting role, unless it is a superuser.
    public var runAs: String?
    /// What a query processor is asked for besides; with `results` it becomes one, instead of having a handler.
    public var query = QueryRequest()
    /// Whether it is wanted to run. Default no.
    public var isEnabled: Bool?
    /// Whether payloads of its queue are searched, for which indexes are built or dropped. Of one that exists.
    public var searchesPayloads: Bool?

    /// A request that asks for nothing yet.
    public init() {}

    /// Name of the processor it is about, if it says.
    var name: ObjectName? { processor ?? queue }
}

/// What `setup` is asked for besides the processor.
public struct SetupRequest: Sendable, Hashable {
    /// The processor to make or change; nil installs the halves only.
    public var processor: ProcessorRequest?
    /// Address at which the server reaches itself for the link; by default it is found by trying.
    public var linkHost: String?
    /// `cron.max_running_jobs`, where it cannot be read.
    public var maxRunningJobs: Int?
    /// Active jobs of others, where they cannot be seen.
    public var others: Int?
    /// Slots of processors that sleep that may be at work at once; zero: what pg_cron can run beside all else.
    public var budget: Int?
    /// How long one of them may be at work while others wait: 1 second to an hour.
    public var quantum: Duration?
    /// How many of pg_cron's runs are left to others where there is no budget.
    public var reserve: Int?

    /// A request to install both halves.
    public init() {}
}
