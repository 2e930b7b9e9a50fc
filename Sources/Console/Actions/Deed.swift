internal import Cronmill
internal import Postgres

/// An action on something, counted and carried out by calls of the library, by the deployment of the one who asks for it.
struct Deed: Sendable {
    let action: Action
    let target: Target
    let deployment: Deployment
    /// What the one who asks is shown: nothing else is acted on.
    let seen: Snapshot

    /// How much it would be done to; 100,001 for more.
    ///
    /// - Throws: what the library throws: for what is not there, and for what the role may not see.
    func count() async throws -> Int {
        switch target {
        case .processor(let database, let name):
            return try await deployment.plan(change, [name], in: database).isEmpty ? 0 : 1
        case .deadTasks, .task:
            guard let database = target.database else { return 0 }
            switch action {
            case .redrive: return try await deployment.countDeadTasks(dead(), in: database)
            case .purge: return try await deployment.countPurged(purged(), in: database).dead
            case .cancel: return try await countWaiting(database)
            case .pause, .resume, .acknowledge: return 1
            }
        case .alarm(let id):
            guard let alarm = try await deployment.alarms().first(where: { $0.id == id && seen.shows($0) }) else {
                throw CronmillError(
                    .failed,
                    "there is no alarm \(id), or it may not be seen",
                    sqlState: .undefinedObject
                )
            }
            return alarm.acknowledgedAt == nil ? 1 : 0
        }
    }

    /// One that waits, in its queue or for others of its graph.
    private func countWaiting(_ database: String) async throws -> Int {
        guard case .task(_, let id) = target else { return 0 }
        if let task = try await deployment.task(id, in: database) { return task.state.waits ? 1 : 0 }
        guard let node = try await deployment.graphNode(id, in: database) else {
            throw CronmillError(
                .failed,
                "there is no task \(id)",
                detail: "It is done, was canceled, or never was.",
                sqlState: .undefinedObject
            )
        }
        return node.state.isOpen ? 1 : 0
    }

    /// Does it.
    ///
    /// - Returns: what was done, in a sentence.
    func carryOut() async throws -> String {
        switch target {
        case .processor(let database, let name):
            let plan = try await deployment.plan(change, [name], in: database)
            try await deployment.apply(plan)
            return plan.isEmpty ? "It was \(action.past) already." : "1 processor \(action.past)."
        case .deadTasks, .task: return try await carryOutTasks()
        case .alarm(let id):
            let isNew = try await !deployment.acknowledgeAlarms([id]).isEmpty
            return isNew ? "1 alarm acknowledged." : "It was acknowledged already, or is over."
        }
    }

    private func carryOutTasks() async throws -> String {
        guard let database = target.database else { return "" }
        if case .task(_, let id) = target, action == .cancel {
            switch try await deployment.cancel([id], in: database).first?.kind {
            case .canceled: return "1 task canceled."
            case .running: return "0 tasks canceled: it is being done, or held by another session, and is left alone."
            case .dead: return "0 tasks canceled: it is dead already."
            case .done: return "0 tasks canceled: it is done already."
            case .unknown, nil: return "0 tasks canceled: it is done, was canceled before, or never was."
            }
        }
        if action == .purge {
            return "\(try await deployment.purge(purged(), in: database).dead.deadTasks) deleted."
        }
        let result = try await deployment.redrive(dead(), in: database)
        let kept =
            result.kept == 0
            ? "" : " \(result.kept.deadTasks) kept, because another task has the same unique key."
        return "\(result.redriven.deadTasks) redriven.\(kept)"
    }

    private var change: ProcessorChange { action == .resume ? .resume : .pause }

    private func dead() async throws -> DeadTaskFilter {
        var filter = DeadTaskFilter()
        switch target {
        case .deadTasks(let database, let processor, let sqlState, let message):
            filter.queues = try await deployment.queues(of: [processor], in: database)
            (filter.sqlState, filter.errorText) = (sqlState, message)
        case .task(_, let id): filter.ids = [id]
        case .processor, .alarm: break
        }
        return filter
    }

    private func purged() async throws -> PurgeRequest {
        var request = PurgeRequest()
        request.deadAge = .zero
        switch target {
        case .deadTasks(let database, let processor, _, _):
            request.queues = try await deployment.queues(of: [processor], in: database)
        case .task(_, let id): request.ids = [id]
        case .processor, .alarm: break
        }
        return request
    }
}

extension Int {
    /// In words: `1 dead task`, `100,000+ dead tasks`.
    var deadTasks: String { "\(counted) dead \(self == 1 ? "task" : "tasks")" }
}

extension QueuedTask.State {
    fileprivate var waits: Bool {
        switch self {
        case .ready, .scheduled, .retrying: true
        case .dead, .done: false
        }
    }
}
