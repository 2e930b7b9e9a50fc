internal import Postgres

extension Measurement {
    /// What grows with waiting tasks, with the queues of a database, and with all processors of the server.
    mutating func measureGrowth() async throws {
        for waiting in scale.grownTasks { try await measureWaiting(waiting) }
        try await stage.makeDatabase(Stage.growthDatabase)
        var queues = 0
        for count in scale.grownQueues {
            try await stage.grow(from: queues, to: count)
            queues = count
            try await measureQueues(count)
        }
        try await measureRegistered(databases: 1, queues: queues)
        try await stage.copyGrowth(databases: scale.grownDatabases)
        try await measureRegistered(databases: scale.grownDatabases, queues: queues)
    }

    private mutating func measureWaiting(_ waiting: Int) async throws {
        let size = "\(waiting.grouped) tasks waiting"
        try await stage.fill("noop", waiting)
        for command in [["status"], ["setup", "--queue", "noop"], ["sync"]] {
            add("\(size): \(command[0])", try await stage.cost(command, databases: [Stage.database]))
        }
        try await addRun(size, "call cronmill_processor.noop(0, 10000)", database: Stage.database)
        _ = try await stage.emptyByDelete("noop")
        let plan = try await stage.claimPlan(waiting: waiting)
        add("\(size): claim of \(plan.tasks)", Double(plan.buffers), "buffers")
    }

    private mutating func measureQueues(_ count: Int) async throws {
        let (size, database) = ("\(count.grouped) queues", Stage.growthDatabase)
        for command in [["status"], ["setup", "--queue", "queue_1"], ["sync"]] {
            add("\(size): \(command[0])", try await stage.cost(command, databases: [database]))
        }
        let connection = try await stage.connect(database: database)
        try await connection.execute(
            """
            select cronmill.enqueue_many('queue_1', array_agg(jsonb_build_object('n', n)))
            from generate_series(1, 10000) as n
            """
        )
        await connection.close()
        try await addRun(size, "call cronmill_processor.queue_1(1, 10000)", database: database)
    }

    private mutating func measureRegistered(databases: Int, queues: Int) async throws {
        let size = "\((databases * queues).grouped) processors registered"
        let names = (1...databases).map { "growth_\($0)" }
        add("\(size): status of all", try await stage.cost(["status"], databases: names))
        add("\(size): sync of one database", try await stage.cost(["sync"], databases: [names[0]]))
        // Launcher, housekeepers and dispatcher are all there is: no processor is enabled.
        let seconds = scale.isQuick ? 60 : 120
        add("\(size): the idle server, of one core", try await stage.idleShare(seconds: seconds), "%")
    }

    /// A run in a new session.
    private mutating func addRun(_ size: String, _ call: SQL, database: String) async throws {
        let runner = try await stage.connect(as: "bench_runner", database: database)
        let clock = ContinuousClock.now
        try await runner.execute(call)
        add("\(size): a run of 10,000 tasks", (ContinuousClock.now - clock).inSeconds * 1000, "ms")
        await runner.close()
    }

    private mutating func add(_ name: String, _ cost: CommandCost) {
        add(name, cost.seconds, "s", note: "processor time of the server \(cost.processorSeconds.rounded(2)) s")
    }
}
